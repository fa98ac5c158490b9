"""Plain nameko, as its documentation and examples advise."""
