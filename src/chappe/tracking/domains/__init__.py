"""A workspace's own hosts for links: added, seen to lead here, chosen, switched off."""
