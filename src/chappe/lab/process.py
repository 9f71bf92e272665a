"""The lab in a process of its own, for tests, benchmarks and the demo.

async with LabProcess(scenario, directory=tmp_path) as lab:
    host, port = lab.address("alpha")
    await lab.post("/lab/api/carriers/alpha/disconnect", {})
"""

import asyncio
import http.client
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from chappe.lab.loading import check_scenario, table_of
from chappe.lab.ready import Ready
from chappe.lab.scenario import Scenario

_START_SECONDS = 20.0
_STOP_SECONDS = 10.0


class LabFailed(Exception):
    """The process did not start, or refused a request; the message is what it said."""


class LabProcess:
    """`directory` receives scenario.json and lab.log; it must exist. Without `keep_log` no log is kept."""

    def __init__(self, scenario: Scenario, *, directory: Path, keep_log: bool = True) -> None:
        self.log = directory / "lab.log"
        self._keep_log = keep_log
        self._scenario = check_scenario(scenario)
        self._file = directory / "scenario.json"
        self._process: asyncio.subprocess.Process | None = None
        self._ready: Ready | None = None

    async def start(self) -> None:
        """Returns when the carriers listen. LabFailed with what the process said instead."""
        self._file.write_bytes(msgspec.json.encode(table_of(self._scenario)))
        arguments = [sys.executable, "-m", "chappe.lab", str(self._file), "--until-stdin-closes"]
        if self._keep_log:
            arguments += ["--log", str(self.log)]
        self._process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError:
            await self.stop()
            raise LabFailed(f"the lab was not ready within {_START_SECONDS:g} s") from None
        if not line:
            _, complaint = await self._process.communicate()
            raise LabFailed(complaint.decode(errors="replace").strip() or "the lab ended without a word")
        self._ready = msgspec.json.decode(line, type=Ready)

    async def stop(self) -> None:
        """Ends the process; its log is complete then."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.communicate()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def control(self) -> str:
        """The base URL of the control API."""
        return self._started().control

    def address(self, carrier: str) -> tuple[str, int]:
        """Host and port of a carrier of the scenario."""
        address = self._started().carriers[carrier]
        return address.host, address.port

    async def get(self, path: str) -> Any:
        return await self._request("GET", path, None)

    async def put(self, path: str, body: Any) -> Any:
        return await self._request("PUT", path, body)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._request("POST", path, {} if body is None else body)

    def _started(self) -> Ready:
        if self._ready is None:
            raise LabFailed("the lab has not been started")
        return self._ready

    async def _request(self, method: str, path: str, body: Any) -> Any:
        place = urlsplit(self.control)

        def exchange() -> tuple[int, str, bytes]:
            connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
            try:
                content = None if body is None else msgspec.json.encode(body)
                connection.request(method, path, content, {"Content-Type": "application/json"})
                response = connection.getresponse()
                return response.status, response.headers.get_content_type(), response.read()
            finally:
                connection.close()

        status, kind, content = await asyncio.to_thread(exchange)
        if status >= 400:
            raise LabFailed(f"{method} {path}: {status} {content.decode(errors='replace')}")
        if kind == "application/x-ndjson":
            return [msgspec.json.decode(line) for line in content.splitlines()]
        return msgspec.json.decode(content)
