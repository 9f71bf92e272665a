"""Chappe: a self-hosted SMS marketing platform."""
