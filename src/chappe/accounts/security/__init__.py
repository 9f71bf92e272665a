"""What stands between a stranger and an account: second factor, resets, sessions, single sign-on."""
