"""The consent ledger: events sealed under Merkle roots, roots in a chain, the chain signed once a day.

What it proves and what it cannot is in `docs/explanations/consent-ledger.md`.
"""
