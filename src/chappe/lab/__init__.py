"""The carrier lab: an SMPP carrier with phones behind it, for tests and for the first run.

It is the oracle of the fault tests, so it knows nothing of the engine: it imports `kit`, `config`, `sms`
and `smpp` only.
"""
