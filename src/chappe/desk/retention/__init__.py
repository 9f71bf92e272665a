"""How long a workspace keeps the texts of its messages, and the erasing of older ones."""
