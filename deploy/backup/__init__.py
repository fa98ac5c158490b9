"""Copies of a node's database, and of its keys, that only those open whom the node names; and the way back."""
