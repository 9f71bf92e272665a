"""Who gets which variant, who gets nothing, and how a variant wins.

An audience is parted when it is taken, by a keyed hash of the contact: so who is where needs no row, and
never changes. Each arm is a run of its own. The rest waits without ids until a variant is chosen, by a person
or by the rule; the statement that chooses is guarded, so that it is done once.
"""
