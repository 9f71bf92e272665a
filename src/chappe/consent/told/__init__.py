"""What carriers tell of numbers: who has unsubscribed with them, which numbers nobody has any more."""
