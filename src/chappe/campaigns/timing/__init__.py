"""When each person gets a campaign: at one moment, at their own hour, at their best hour, over some time."""
