"""What stands for characters that GSM 7-bit lacks.

Spaces, invisible characters and compatibility forms (ﬁ, full width, ²) go by rule in
`chappe.sms.replacement`; here is what no rule gives.
"""

from typing import Final

_GROUPS: Final = (
    ("'", "‘’‚‛′‵ʹʻʼʽˈ`´＇"),
    ('"', "“”„‟″‶«»〝〞〟ˮ＂"),
    ("<", "‹〈⟨"),
    (">", "›〉⟩"),
    ("-", "‐‑‒–—―−⁃⸺⸻﹘﹣－─"),
    ("...", "…⋯"),
    ("*", "•∙▪●◦‣∗"),
    (".", "·․"),
    (",", "‚،"),
    ("\n", "\u0085\u2028\u2029\v"),
    (" ", "\t"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("ij", "ĳ"),
    ("IJ", "Ĳ"),
    ("/", "⁄∕÷"),
    ("x", "×"),
    ("~", "∼˜"),
    ("|", "¦│"),
    ("=", "═"),
    ("->", "→"),
    ("<-", "←"),
    ("<=", "≤"),
    (">=", "≥"),
    ("+/-", "±"),
    ("(c)", "©"),
    ("(r)", "®"),
    ("TM", "™"),
    ("No", "№"),
    ("1/4", "¼"),
    ("1/2", "½"),
    ("3/4", "¾"),
    ("o", "°º"),
    ("a", "ª"),
)

TYPOGRAPHY: Final = {
    # A character may be in two groups: the first one wins.
    char: after
    for after, characters in reversed(_GROUPS)
    for char in characters
}

# Letters that Unicode does not decompose.
LETTERS: Final = {
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "Th",
    "ı": "i",
    "ħ": "h",
    "Ħ": "H",
    "ŧ": "t",
    "Ŧ": "T",
    "ŋ": "n",
    "Ŋ": "N",
    "ĸ": "k",
    "ẞ": "SS",
    "ø": "o",
    "Ø": "O",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
}
