"""What this service does: keep whom to tell and what is to be told, and send one mail for many notices."""
