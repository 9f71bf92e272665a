"""Segments: rules that say whom to write to, compiled to one statement."""
