"""What a campaign does with the addresses in its text."""
