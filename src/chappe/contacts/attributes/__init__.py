"""What a workspace knows of its contacts: attributes with a kind, and the values they take."""
