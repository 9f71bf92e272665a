"""The report of a campaign: from sent to clicked, by country, carrier and hour, and how soon people act.

Sums of a run stand in its counts. What needs each message to be looked at is counted by the worker, kept by
run (`run_breakdown`), and counted again when the run has changed: a page reads some dozens of rows, however
large the campaign was, and says how old they are.
"""
