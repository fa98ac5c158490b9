"""What we are made of: which of it is known to be broken, and the list of it."""
