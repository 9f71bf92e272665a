"""Starter kits: texts of a trade, ready to be copied."""
