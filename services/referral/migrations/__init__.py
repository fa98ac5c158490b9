"""How the referral service's database came to be what it is."""
