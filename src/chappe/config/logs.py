"""The structured log: one line an event, JSON for machines or coloured text for people.

Phone numbers are masked and secrets dropped by processors, so that no caller has to think of it.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import msgspec
import structlog

from chappe.config.settings import LogFormat, Secret, Settings
from chappe.kit.redaction import mask_numbers, mask_phone

# Keys whose value is a number, whatever it looks like: short codes and bigints too.
_PHONE_KEYS = frozenset({"phone", "phones", "msisdn", "destination", "recipient", "to"})
_SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "api_key", "credential", "dsn")
_HIDDEN = "[hidden]"
# Each tells of every request or start in its own format; what the program does is told by its own events.
_CHATTY = ("httpx", "httpcore", "uvicorn")

Event = MutableMapping[str, Any]


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send structlog, and the standard library's log of dependencies, to `stream` (standard error)."""
    stream = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
        mask_event,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _renderer(settings.log_format, stream),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.value.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def hide_secrets(logger: object, method: str, event: Event) -> Event:
    """Replace what is a secret by its type or by the name of its key."""
    for key, value in event.items():
        named_so = any(word in key.lower() for word in _SECRET_WORDS)
        # A number is a fencing token, not a secret.
        if isinstance(value, Secret) or (named_so and not isinstance(value, int | None)):
            event[key] = _HIDDEN
    return event


def mask_event(logger: object, method: str, event: Event) -> Event:
    """Mask phone numbers in every value of the event, tracebacks and nested values included."""
    for key, value in event.items():
        if key in ("timestamp", "level", "logger", "_record", "_from_structlog"):
            continue
        event[key] = _mask(value, is_phone=key in _PHONE_KEYS)
    return event


def _mask(value: Any, *, is_phone: bool) -> Any:
    if isinstance(value, bool | float | None):
        return value
    if isinstance(value, str):
        return mask_phone(value) if is_phone else mask_numbers(value)
    if isinstance(value, int):
        return mask_phone(str(value)) if is_phone else value
    if isinstance(value, dict):
        return {name: _mask(item, is_phone=is_phone or name in _PHONE_KEYS) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask(item, is_phone=is_phone) for item in value]
    # Structs and exceptions are logged by their text, which may quote a number.
    return _mask(str(value), is_phone=is_phone)


def _renderer(format: LogFormat, stream: TextIO) -> structlog.typing.Processor:
    if format is LogFormat.JSON:
        return structlog.processors.JSONRenderer(serializer=_to_json)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), sort_keys=False)


def _to_json(event: object, **options: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
