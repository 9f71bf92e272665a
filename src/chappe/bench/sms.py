"""How fast a text is encoded and cut into parts, on one core."""

import time
from typing import Any

from chappe.sms.parts import split

_SECONDS = 2.0
_TEXTS = [
    f"Boutique: bonjour client {n:05}, -20% sur tout le magasin jusqu'à samedi avec le code TELEGRAPHE. STOP"
    for n in range(1_000)
]


def run() -> dict[str, Any]:
    """Texts of about 100 characters: encoded, and cut into parts: the payloads as they go on the wire."""
    done = 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < _SECONDS:
        for text in _TEXTS:
            split(text)
        done += len(_TEXTS)
    return {"characters": len(_TEXTS[0]), "texts": done, "texts_per_second": done / elapsed}
