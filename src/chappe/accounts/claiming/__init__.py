"""How a fresh installation gets its owner: a link that the program prints, good once."""
