"""Two contacts that are one person: found, merged, and parted again."""
