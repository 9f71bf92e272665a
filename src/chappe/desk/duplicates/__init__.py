"""Possible duplicates: several rooms hold what two contacts of one person have."""
