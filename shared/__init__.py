"""What two services or more need, and no business word but the contract."""
