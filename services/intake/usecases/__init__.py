"""What can be done at a node: one function, one transaction, one story."""
