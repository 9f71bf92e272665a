"""The command line: composes the rooms and starts them. Imported by nobody."""
