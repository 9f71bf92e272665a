"""What gathers rooms for the eye: home, search, one contact's timeline, the message log, first run."""
