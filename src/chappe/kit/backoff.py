"""How long to wait before trying again.

Full jitter (a uniform draw between zero and the exponential bound) keeps many clients of one carrier from
coming back in step after an outage: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
2015.
"""

import random as _random
from collections.abc import Callable


def full_jitter(
    attempt: int, *, base: float = 1.0, cap: float = 60.0, random: Callable[[], float] = _random.random
) -> float:
    """Seconds to wait before retry number `attempt` (0 for the first), in [0, min(cap, base *
    2**attempt)).
    """
    if attempt < 0:
        raise ValueError(f"attempt counts from 0, got {attempt}")
    # 2**attempt of a link that has been down for a week would not fit a float; the cap is reached long
    # before 32.
    bound = min(cap, base * float(1 << min(attempt, 32)))
    return bound * random()
