"""The workspaces of one person side by side: an agency sees how each of its clients is doing."""
