"""How this service's database came to be what it is."""
