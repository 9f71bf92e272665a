"""Lists of who must not be written to, brought along from another system: numbers, or hashes of them."""
