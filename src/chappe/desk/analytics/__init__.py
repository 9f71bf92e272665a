"""The figures of any period beside those of the one before: by day, campaign, topic and segment."""
