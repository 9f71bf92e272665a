"""What a person should look at: found by the worker, shown on the home page, mailed once."""
