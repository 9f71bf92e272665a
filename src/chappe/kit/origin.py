"""Where a request came from, as a value that rooms can keep without knowing of HTTP."""

import msgspec

_LONGEST = 400


class Origin(msgspec.Struct, frozen=True):
    """`address` is the network address (behind trusted proxies, the browser's); `agent` is what the browser
    says of itself. Either may be empty.
    """

    address: str
    agent: str

    @classmethod
    def of(cls, address: str, agent: str) -> "Origin":
        """With the agent cut: it is the visitor's text, of any length."""
        return cls(address, agent[:_LONGEST])
