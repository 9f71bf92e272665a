"""What reaches the log: masked numbers, no secret, one line an event."""

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from chappe.config.logs import configure_logging
from chappe.config.settings import Secret, load_settings

Log = Callable[..., tuple[structlog.stdlib.BoundLogger, io.StringIO]]
NUMBER = "33612345678"
CHATTY = ("httpx", "httpcore", "uvicorn")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    chatty = {name: logging.getLogger(name).level for name in CHATTY}

    def configured(format: str, level: str = "info") -> tuple[structlog.stdlib.BoundLogger, io.StringIO]:
        stream = io.StringIO()
        variables = {"CHAPPE_LOG_FORMAT": format, "CHAPPE_LOG_LEVEL": level}
        settings = load_settings(variables, overrides={"home": tmp_path})
        configure_logging(settings, stream)
        return structlog.get_logger("test"), stream

    yield configured
    root.handlers[:], level = before
    root.setLevel(level)
    for name, own in chatty.items():
        logging.getLogger(name).setLevel(own)
    structlog.reset_defaults()


@pytest.mark.parametrize("format", ["json", "console"])
def test_no_number_and_no_secret_gets_through(log: Log, format: str) -> None:
    logger, stream = log(format)
    logger.info(
        f"sent to +{NUMBER}",
        phone=int(NUMBER),
        to="36184",
        note=["called 06 12 34 56 78", {"recipient": NUMBER}],
        password="hunter2",
        carrier_secret="hunter2",
        url=Secret("hunter2"),
        error=ValueError(f"refused: {NUMBER}"),
    )
    try:
        raise ConnectionError(f"while sending to {NUMBER}")
    except ConnectionError:
        logger.exception("failed")
        logging.getLogger("a.library").exception("to %s", NUMBER)
    text = stream.getvalue()
    for hidden in (NUMBER, NUMBER[:-3], "hunter2", "36184", "06 12"):
        assert hidden not in text
    assert "•678" in text
    assert "[hidden]" in text
    assert "ConnectionError" in text


def test_json_is_one_object_a_line_with_what_machines_need(log: Log) -> None:
    logger, stream = log("json")
    logger.bind(link="main").warning("throttled", token=7, parts=123456789, at="2026-03-10 10:00:00")
    logging.getLogger("a.library").warning("beware")
    first, second = map(msgspec.json.decode, stream.getvalue().splitlines())
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "throttled",
        "level": "warning",
        "logger": "test",
        "link": "main",
        "token": 7,
        "parts": 123456789,
        "at": "2026-03-10 10:00:00",
    }
    assert second["event"] == "beware"


def test_the_level_is_kept(log: Log) -> None:
    logger, stream = log("json")
    logger.debug("quiet")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("name", [*CHATTY, "httpcore.connection", "uvicorn.error"])
def test_libraries_are_heard_from_warnings_on(log: Log, name: str) -> None:
    _, stream = log("json")
    logging.getLogger(name).info("\x1b[32mStarted\x1b[0m")
    assert stream.getvalue() == ""
    logging.getLogger(name).warning("beware")
    assert "beware" in stream.getvalue()


@pytest.mark.parametrize("name", CHATTY)
def test_libraries_are_no_louder_than_the_program(log: Log, name: str) -> None:
    _, stream = log("json", "error")
    logging.getLogger(name).warning("beware")
    assert stream.getvalue() == ""
