"""Notices: who is told that something waits, when, and by which channel; never what. The hub's, and a node's own."""
