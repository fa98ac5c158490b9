"""What the reader promises, on small invented files and on the published examples."""
