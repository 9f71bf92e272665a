"""Make the fonts of frontend/fonts from the packages: the letters of French and English, the weights in use.

python scripts/subset_fonts.py     needs fonttools[woff], which nothing else here does: install it aside.

What other languages need comes from the packages' files, fetched when a page holds such a letter.
"""

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FRONTEND = Path(__file__).parent.parent / "frontend"
PACKAGES = FRONTEND / "node_modules" / "@fontsource-variable"
_SIGNS = "‐‑‒–—‘’‚“”„†•…‰‹›\u2009\u202f€™↑↓→−×"
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x152, 0x153, 0x178, *map(ord, _SIGNS)]
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FONTS = {
    "inter": (
        "inter/files/inter-latin-wght-normal.woff2",
        (400, 700),
        ("kern", "tnum", "cv05", "cv11", "ccmp"),
    ),
    "jetbrains-mono": ("jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2", (400, 600), ("ccmp",)),
}


def main() -> None:
    for name, (source, weights, features) in FONTS.items():
        font = TTFont(PACKAGES / source)
        _tabular_figures_alone(font)
        options = Options(flavor="woff2", layout_features=features, hinting=False, name_IDs=[0, 1, 2, 13, 14])
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=LETTERS)
        subsetter.subset(font)
        font = instantiateVariableFont(font, {"wght": weights})
        target = FRONTEND / "fonts" / f"{name}.woff2"
        font.flavor = "woff2"
        font.save(target)
        print(f"{target.name}: {target.stat().st_size} bytes")


def _tabular_figures_alone(font: TTFont) -> None:
    """Inter's tabular hyphens and brackets tear words apart in tables: only figures take a common width."""
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for subtable in table.LookupList.Lookup[index].SubTable:
                mapping = getattr(subtable, "ExtSubTable", subtable).mapping
                for glyph in [each for each in mapping if each.split(".")[0] not in _FIGURES]:
                    del mapping[glyph]


if __name__ == "__main__":
    main()
