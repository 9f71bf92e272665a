"""What a workspace decides for itself: its name, where it is, how it counts and speaks."""
