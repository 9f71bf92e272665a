"""The first run: from an empty workspace to the first message received."""
