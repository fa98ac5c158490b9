"""The four services; they meet in events only."""
