"""What a browser says of itself, as a person would say it: "Firefox", "Linux". A guess, and enough to tell
one's own devices apart.
"""

import re

# In this order: browsers name the older ones that they resemble.
_BROWSERS = (
    (re.compile(r"Edg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"SamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrom(?:e|ium)/|CriOS/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"iPhone"), "iPhone"),
    (re.compile(r"iPad"), "iPad"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"Macintosh|Mac OS X"), "macOS"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Linux|X11"), "Linux"),
)
_PORTABLE = frozenset({"iPhone", "Android"})


def browser_of(agent: str) -> str:
    """The browser's name, empty when it is none of the known ones."""
    return next((name for pattern, name in _BROWSERS if pattern.search(agent)), "")


def system_of(agent: str) -> str:
    """The system's name, empty when it is none of the known ones."""
    return next((name for pattern, name in _SYSTEMS if pattern.search(agent)), "")


def is_portable(agent: str) -> bool:
    """Whether it is a phone."""
    return system_of(agent) in _PORTABLE
