"""The page on which a person chooses what they hear of, opened by a signed link."""
