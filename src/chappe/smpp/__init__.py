"""SMPP 3.4, both sides: a core without I/O, and one asyncio shell around it.

`session` turns bytes into batches of events and calls into bytes; it knows no clock and no loop. `client`
and `server` give it a socket. `template` and `submission` build what is submitted; `status`, `pacing` and
`throttle` say how fast and what a refusal means.

Clauses quoted in this room are those of the *SMPP Protocol Specification v3.4, Issue 1.2* (1999).
"""
