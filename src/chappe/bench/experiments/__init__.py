"""Whether the statistics of tests hold what they promise, by simulation: `make bench-experiments`.

Every run is drawn from a fixed seed, so the report is the same on every machine. People are drawn, not
formulas: a bound that was wrong in `chappe.statistics` would show here.
"""
