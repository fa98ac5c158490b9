"""What the reader promises, on small invented files and on one that fills in everything."""
