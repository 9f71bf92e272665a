"""How people get onto lists: imports today; forms, keywords and the rest in later issues."""
