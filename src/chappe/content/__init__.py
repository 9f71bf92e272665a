"""The words of a message: templates, the values put into them, and the limits of a text."""
