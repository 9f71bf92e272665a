"""Who belongs to a workspace: members, invitations, and the workspaces of one person."""
