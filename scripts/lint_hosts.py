"""Fails when a file that drives an installation names a host: packages come from whatever registry is
configured.

    python scripts/lint_hosts.py

Looked at: requirements, lock files, npm settings, the Makefile, scripts, continuous integration.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

INSTALLATION_FILES = (
    "Makefile",
    ".ci/*",
    "scripts/*",
    "requirements/*",
    "pyproject.toml",
    "*/package.json",
    "*/package-lock.json",
    "*/.npmrc",
)
URL = re.compile(r"(?:https?|git\+\w+|ssh)://([\w.-]+)")
OPTION = re.compile(r"^\s*(--(?:extra-)?index-url|--find-links|--trusted-host|registry\s*=)", re.MULTILINE)
RESOLVED = re.compile(r'"resolved":')
# Names that are no registry: this machine, and what the licence and funding fields of a lock file point at.
HARMLESS = re.compile(r"localhost|127\.0\.0\.1|.*\.example|example\.(?:com|org)")
FUNDING_LINE = re.compile(r'^\s*"(?:url|funding|homepage)": ')


def complaints(name: str, text: str) -> Iterator[str]:
    """One sentence for each thing that ties `name` to a place on the network."""
    if RESOLVED.search(text):
        yield f"{name}: a lock file holds resolved addresses (npm: omit-lockfile-registry-resolved=true)"
    for match in OPTION.finditer(text):
        yield f"{name}: {match[1]} belongs to the machine's own configuration"
    for number, line in enumerate(text.splitlines(), 1):
        if FUNDING_LINE.match(line):
            continue
        for match in URL.finditer(line):
            if not HARMLESS.fullmatch(match[1]):
                yield f"{name}:{number}: names the host {match[1]}"


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *INSTALLATION_FILES], capture_output=True, text=True, check=True
    )
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        if not name.endswith("lint_hosts.py"):
            found += complaints(name, Path(name).read_text(encoding="utf-8"))
    print("\n".join(found) or "no host names")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
