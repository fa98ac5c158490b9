"""Real parts for tests: a broker, a database server and a browser. Not in the wheel."""
