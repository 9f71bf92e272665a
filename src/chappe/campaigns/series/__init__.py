"""Campaigns that come again, every so many days, weeks or months."""
