"""Campaigns: one text, an audience, a run; from draft to finished."""
