"""The campaigns of a period by the day on which they leave."""
