"""What is done with what is kept of people: files of it, what one person asks for, and its end."""
