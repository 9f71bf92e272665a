"""What a campaign tries: variant A is the campaign itself, the others say where they differ."""
