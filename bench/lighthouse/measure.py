"""Lighthouse's scores of the pages that are opened most, signed in, on the demo's data: the median of five.

    make bench-lighthouse                          # starts a demo of its own
    make bench-lighthouse ARGS='--runs 3 --url http://127.0.0.1:8000 --password …'

Needs Debian's chromium. Lighthouse is npm's, pinned in this folder; the preset is its desktop one.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from chappe.db.embedded import PostgresServer
from chappe.db.layout import layout_for

ROOT = Path(__file__).parents[2]
LIGHTHOUSE = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM = "/usr/bin/chromium"
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
OWNER = "owner@localhost"
ATTEMPTS = 3
CATEGORIES = ("performance", "accessibility", "best-practices")
_WITHIN = 180.0


@contextmanager
def _demo() -> Iterator[tuple[str, str]]:
    """A demo in a folder of its own, once its campaign has gone out: its address and the owner's password."""
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        # As root the embedded server runs as another user, who must be able to enter.
        os.chmod(folder, 0o755)  # noqa: S103 (nothing in it but what is measured)
        command = [sys.executable, "-m", "chappe", "demo", "--home", f"{folder}/home"]
        command += ["--listen", "127.0.0.1:0"]
        out = Path(folder, "out")
        with out.open("w") as sink:
            program = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
        try:
            text = _until(program, out, "runs until Ctrl-C")
            found = re.search(r"Open\s+(\S+).*?Password\s+(\S+)", text, re.DOTALL)
            assert found is not None, text
            yield found[1], found[2]
        finally:
            program.terminate()
            program.wait(timeout=60)
            # As root the data lies outside the home.
            PostgresServer(layout_for(Path(folder, "home"))).destroy()


def _until(program: subprocess.Popen[bytes], out: Path, words: str) -> str:
    """What the program has printed, once it has said these words."""
    end = time.monotonic() + _WITHIN
    while words not in (text := out.read_text(encoding="utf-8")):
        if program.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"The demo did not come up:\n{text}")
        time.sleep(0.2)
    return text


def _log_in(url: str, password: str) -> tuple[str, str]:
    """The cookies of the owner, as a header, and the path of the latest finished campaign."""
    cookies: dict[str, str] = {}

    def ask(method: str, path: str, form: dict[str, str] | None = None) -> str:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        answer = httpx.request(method, url + path, data=form, headers=headers, timeout=30, trust_env=False)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            cookies[name] = value.strip('"')
        return answer.text

    ask("GET", "/login")
    token = cookies["__Host-chappe-csrf"]
    ask("POST", "/login", {"email": OWNER, "password": password, "_csrf_token": token})
    found = re.search(r'href="(/campaigns/cmp_\w+)"', ask("GET", "/campaigns"))
    if found is None:
        raise SystemExit("There is no campaign to show, or the password is not the owner's.")
    return "; ".join(f"{name}={value}" for name, value in cookies.items()), found[1]


def _run(url: str, cookies: str, report: Path) -> dict[str, Any]:
    """One visit of a page: Lighthouse's report."""
    headers = report.with_name("headers.json")
    headers.write_text(json.dumps({"Cookie": cookies}), encoding="utf-8")
    node = ROOT / ".venv" / "node" / "node"
    command = [str(node), str(LIGHTHOUSE), url, "--preset=desktop", "--output=json", "--quiet"]
    command += [f"--output-path={report}", f"--extra-headers={headers}", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    # Now and then Chromium's trace lacks its beginning (NO_NAVSTART): that visit is made again.
    for left in reversed(range(ATTEMPTS)):
        done = subprocess.run(command, env=os.environ | {"CHROME_PATH": CHROMIUM}, timeout=180)
        if done.returncode == 0:
            break
        if not left:
            raise SystemExit(f"Lighthouse failed {ATTEMPTS} times on {url}.")
    answer: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return answer


def _median(reports: list[dict[str, Any]]) -> dict[str, float]:
    """Median scores of 100, the largest paint in ms, and the kilobytes that came over the wire."""
    scores = {
        name: 100 * statistics.median(report["categories"][name]["score"] for report in reports)
        for name in CATEGORIES
    }
    audits = [report["audits"] for report in reports]
    paint = statistics.median(each["largest-contentful-paint"]["numericValue"] for each in audits)
    weight = statistics.median(each["total-byte-weight"]["numericValue"] for each in audits)
    return scores | {"largest_paint_ms": round(paint), "kilobytes": round(weight / 1024)}


def _complaints(report: dict[str, Any]) -> list[str]:
    """Audits of accessibility and good practice that were not passed."""
    return [
        f"{audit['id']}: {audit['title']}"
        for name in CATEGORIES[1:]
        for reference in report["categories"][name]["auditRefs"]
        if (audit := report["audits"][reference["id"]])["score"] not in (None, 1)
    ]


def _measure(url: str, password: str, runs: int) -> dict[str, Any]:
    cookies, campaign = _log_in(url, password)
    pages = {"home": "/", "contacts": "/contacts", "campaign report": campaign}
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in pages.items():
            reports = [_run(url + path, cookies, Path(folder, "report.json")) for _ in range(runs)]
            figures[name] = _median(reports)
            print(name, json.dumps(figures[name]), *_complaints(reports[0]), sep="\n  ", file=sys.stderr)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--url", help="of a program that runs; a demo is started otherwise")
    parser.add_argument("--password", help="of its owner")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, progress aside")
    options = parser.parse_args()
    if options.url:
        figures = _measure(options.url.rstrip("/"), options.password, options.runs)
    else:
        with _demo() as (url, password):
            figures = _measure(url.rstrip("/"), password, options.runs)
    if options.json:
        print(json.dumps({"bench": "lighthouse", "runs": options.runs, "pages": figures}, indent=2))


if __name__ == "__main__":
    main()
