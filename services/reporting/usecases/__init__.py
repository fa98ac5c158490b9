"""What this service does: take counts in, and give tables out."""
