"""Numbers as people write them."""

import re
from decimal import Decimal

# No exponents: 1e999999 is short to write and long to count.
_PLAIN = re.compile(r"[+-]?[0-9]{1,18}([.,][0-9]{1,9})?")
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?P<group>[.,'’])[0-9]{3}(?:(?P=group)[0-9]{3})*")
# A thousand and more in English; a number with three decimals in French.
_TWOFOLD = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def read_number(text: str) -> Decimal:
    """Decimals stand after a point or a comma; thousands may be parted by spaces of any width, and by the
    other sign where there are two: `1 200,50`, `1,200.50`. Raises ValueError: no number, or one that can be
    read in two ways, as `1,200` can.
    """
    written = "".join(text.split())
    if _TWOFOLD.fullmatch(written):
        raise ValueError(f"{text} may be a thousand and more, or decimals.")
    if _PLAIN.fullmatch(written):
        return Decimal(written.replace(",", "."))
    whole, last, decimals = written, "", ""
    for sign in ".,":
        if written.count(sign) == 1 and written.index(sign) == max(map(written.rfind, ".,")):
            whole, last, decimals = written.partition(sign)
    grouped = _GROUPS.fullmatch(whole)
    if grouped is None or grouped["group"] == last or (last and not re.fullmatch("[0-9]{1,9}", decimals)):
        raise ValueError(f"{text} is no number.")
    return Decimal(whole.replace(grouped["group"], "") + ("." + decimals if last else ""))
