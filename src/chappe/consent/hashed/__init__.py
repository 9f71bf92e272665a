"""Suppressions that are known by a hash of the number alone: of who was erased, of lists of hashes."""
