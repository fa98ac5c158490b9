"""Intake: an organisation's own node. The people it met, their consent, and the referrals out and in."""
