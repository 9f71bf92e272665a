"""Fails on a Python file of more than 700 lines, and names those of more than 400: a long file is two things.

python scripts/lint_size.py
"""

import subprocess
import sys
from pathlib import Path

LONG, TOO_LONG = 400, 700


def main() -> int:
    command = ["git", "ls-files", "-z", "--", "*.py"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    sizes = {
        name: len(Path(name).read_text(encoding="utf-8").splitlines())
        for name in filter(None, listed.stdout.split("\0"))
        if Path(name).exists()
    }
    for name, lines in sorted(sizes.items(), key=lambda item: -item[1]):
        if lines > LONG:
            print(f"{name}: {lines} lines{', more than allowed' if lines > TOO_LONG else ''}")
    return 1 if any(lines > TOO_LONG for lines in sizes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
