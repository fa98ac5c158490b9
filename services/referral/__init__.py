"""The hub's referral service: decides the order of every referral's moves and keeps the directory."""
