"""What the pages ask for, one form for each question page."""
