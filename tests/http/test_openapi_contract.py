"""Schemathesis asks the live server whatever the OpenAPI document allows and forbids, with every check on."""

import asyncio
import sys
from pathlib import Path

from tests.http.conftest import Server

# A request that fits the document may still ask for what cannot be done: 422 says why (and 409 that the
# state of things is in the way).
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
"""


async def test_the_document_is_true(server: Server, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("st")),
        "--config-file",
        str(config),
        "run",
        f"{server.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {server.key}",
        "--include-path-regex",
        "^/v1/",
        "--checks",
        "all",
        "--max-examples",
        "15",
        "--max-time",
        "40",
        "--continue-on-failure",
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--no-color",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    report, _ = await process.communicate()
    assert process.returncode == 0, report.decode()
