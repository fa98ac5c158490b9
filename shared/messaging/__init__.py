"""Events between services: said with the commit, kept until heard, heard once."""
