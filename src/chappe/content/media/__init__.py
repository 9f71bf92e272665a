"""Pictures for messages: checked, without what cameras wrote, at addresses that nobody guesses."""
