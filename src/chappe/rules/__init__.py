"""When a person may be written to: the zones of a number, and the hours allowed there."""
