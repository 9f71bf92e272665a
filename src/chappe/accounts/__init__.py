"""Workspaces, people, sessions and API keys."""
