"""Conversations with people: who wrote, who answers, and the answers kept for use again."""
