"""The peer: the same unit of work in plain nameko, written as its documentation and examples advise."""

READY = "it listens"  #: what a service says when it has its queue
