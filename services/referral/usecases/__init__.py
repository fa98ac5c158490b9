"""What can happen to a referral and to the directory, at the hub."""
