"""One typed settings object, from a TOML file and from `CHAPPE_*` variables of the environment.

A value given on the command line wins over the environment, which wins over the file. A bad value refuses to
start: the message names the key as it was written and says what to put instead.
"""

import difflib
import ipaddress
import os
import sys
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

import msgspec

from chappe.kit.errors import Problem

ENVIRONMENT_PREFIX = "CHAPPE_"
CONFIG_FILE = "chappe.toml"
_LEAST_RECEIPTS = 10_000
_CONFIG_VARIABLE = "CHAPPE_CONFIG"


class BadSettings(Problem):
    """A setting cannot be used; `field` is its key."""

    code = "bad_settings"
    status = 500
    title = "A setting cannot be used"


class Secret:
    """Text that never shows itself: not in a repr, not in a log line, not in a traceback."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator decides. Everything else is kept in the database."""

    # The data folder: embedded database, secret key, journals, log of suppressions.
    home: Path
    # postgresql://… of a real server; None starts the embedded one in the data folder.
    database_url: Secret | None = None
    listen: str = "127.0.0.1:8080"
    # Addresses or networks whose X-Forwarded-* headers are believed.
    trusted_proxies: tuple[str, ...] = ()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    # 32 bytes in base64; None: made once, in home/secret.key.
    secret_key: Secret | None = None
    # Keys under which erased numbers stay suppressed: each as secret_key, commas between them, the current
    # one first; None: those in home/suppression.keys, and one derived from the secret key.
    suppression_keys: Secret | None = None
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE
    # Messages of each link whose receipts are matched from memory, some 250 bytes each.
    receipts_in_memory: int = 1_000_000
    # The address that people open, in e-mails: https://sms.example.com; None: what `listen` says.
    public_url: str | None = None
    # smtp://USER:PASSWORD@HOST:587 (STARTTLS) or smtps://…:465; None: e-mails are shown on /mailbox.
    smtp_url: Secret | None = None
    # Who e-mails are from: "Chappe <chappe@example.com>".
    mail_from: str | None = None
    # An RFC 3161 authority that stamps the checkpoints of the consent ledger.
    time_stamp_url: str | None = None
    # Where each checkpoint is written too: a file on another disk, or https://… that is sent it.
    checkpoint_witness: str | None = None
    # Networks of one's own that addresses written on pages and in settings may lead to; none: the public
    # internet alone.
    internal_networks: tuple[str, ...] = ()
    # The carrier simulator, beside the other roles.
    lab: bool = False
    # Pages for those who work on Chappe itself: the gallery of components.
    development: bool = False

    @property
    def base_url(self) -> str:
        """The address that people open, without a slash at its end. Never taken from a request, whose Host is
        the visitor's to choose: links in e-mails open accounts.
        """
        scheme = "https" if self.tls_certificate else "http"
        return (self.public_url or f"{scheme}://{self.listen}").rstrip("/")

    @property
    def listen_host(self) -> str:
        return split_address(self.listen)[0]

    @property
    def listen_port(self) -> int:
        return split_address(self.listen)[1]


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    config: Path | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Settings from `overrides` (command line), then the environment, then the TOML file.

    The file is `config`, else `CHAPPE_CONFIG`, else `chappe.toml` in the data folder if it is there.
    BadSettings when a key is unknown or a value cannot be used.
    """
    environ = os.environ if environ is None else environ
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    _refuse_misspelt(environ)
    from_environment = {
        name: environ[ENVIRONMENT_PREFIX + name.upper()]
        for name in _fields()
        # An empty variable means "not set": that is how Compose files and service units unset one.
        if environ.get(ENVIRONMENT_PREFIX + name.upper())
    }
    home_given = given.get("home") or from_environment.get("home") or default_home(environ)
    home = _convert("home", home_given, "home")
    named = config or (Path(environ[_CONFIG_VARIABLE]) if environ.get(_CONFIG_VARIABLE) else None)
    values = _read_file(named or home / CONFIG_FILE, must_exist=named is not None)
    for name, text in from_environment.items():
        values[name] = _convert(name, text, ENVIRONMENT_PREFIX + name.upper())
    for name, value in given.items():
        values[name] = _convert(name, value, "--" + name.replace("_", "-"))
    values.setdefault("home", home)
    settings = Settings(**values)
    _check_together(settings)
    return settings


def default_home(environ: Mapping[str, str]) -> Path:
    """The user's data folder by the platform's rule (XDG base directories; Application Support on macOS)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "chappe"
    xdg = environ.get("XDG_DATA_HOME", "")
    # The XDG specification: a relative path is invalid and to be ignored.
    base = Path(xdg) if xdg.startswith("/") else Path.home() / ".local" / "share"
    return base / "chappe"


def split_address(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8080`, `localhost:0` or `[::1]:8080`. ValueError when it is not that."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError("write HOST:PORT, for example 127.0.0.1:8080")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("write an IPv6 address in brackets, for example [::1]:8080")
    return host, int(port)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_web(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https") and bool(urlsplit(address).netloc)


def _fields() -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(Settings)}


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    """A variable that is nearly a setting is a mistake; any other CHAPPE_* belongs to someone else."""
    known = [ENVIRONMENT_PREFIX + name.upper() for name in _fields()] + [_CONFIG_VARIABLE]
    for name in environ:
        if not name.startswith(ENVIRONMENT_PREFIX) or name in known:
            continue
        if near := difflib.get_close_matches(name, known, n=1, cutoff=0.9):
            raise BadSettings(f"{name} is not a setting. Did you mean {near[0]}?", field=name)


def _read_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise BadSettings(f"The configuration file {path} does not exist.", field="config") from None
        return {}
    except (OSError, ValueError) as error:
        raise BadSettings(f"The configuration file {path} cannot be read: {error}.", field="config") from None
    fields = _fields()
    for key in raw:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" The settings are {', '.join(fields)}."
            raise BadSettings(f"{key} in {path} is not a setting.{hint}", field=key)
    return {key: _convert(key, value, f"{key} in {path}") for key, value in raw.items()}


def _convert(name: str, value: object, written_as: str) -> Any:
    """`value` as the type of the field; BadSettings names the key as the operator wrote it."""
    kind = _fields()[name]
    if get_origin(kind) is tuple and isinstance(value, str):
        value = [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(value, Path | Secret):
        value = str(value) if isinstance(value, Path) else value.reveal()
    try:
        converted = msgspec.convert(value, kind, strict=False, dec_hook=_from_text)
        _check_alone(name, converted)
    except (msgspec.ValidationError, ValueError) as error:
        # Never the value itself: it may be a secret.
        raise BadSettings(f"{written_as}: {error}{_choices(kind)}", field=name) from None
    return converted


def _from_text(kind: type, value: object) -> object:
    if not isinstance(value, str) or not value:
        raise ValueError("write it as text")
    if kind is Path:
        return Path(os.path.abspath(Path(value).expanduser()))
    return Secret(value)


def _choices(kind: Any) -> str:
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    for candidate in kinds:
        if isinstance(candidate, type) and issubclass(candidate, StrEnum):
            return f". Choose one of {', '.join(candidate)}"
    return ""


def _check_alone(name: str, value: Any) -> None:
    """ValueError says what to write instead."""
    if name == "listen":
        split_address(value)
    elif name in ("trusted_proxies", "internal_networks"):
        for network in value:
            ipaddress.ip_network(network)  # its ValueError names the guilty entry
    elif name == "database_url" and value is not None:
        if not value.reveal().startswith(("postgresql://", "postgres://")):
            raise ValueError("write it as postgresql://USER:PASSWORD@HOST/DATABASE")
    elif name == "public_url" and value is not None:
        if not is_web(value):
            raise ValueError("write it as https://HOST")
    elif name == "time_stamp_url" and value is not None:
        if not is_web(value):
            raise ValueError("write it as https://HOST/PATH")
    elif name == "checkpoint_witness" and value is not None:
        if not is_web(value) and not Path(value).is_absolute():
            raise ValueError("write it as /FOLDER/FILE or https://HOST/PATH")
    elif name == "smtp_url" and value is not None:
        if urlsplit(value.reveal()).scheme not in ("smtp", "smtps") or not urlsplit(value.reveal()).hostname:
            raise ValueError("write it as smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465")
    elif name == "mail_from" and value is not None and "@" not in value:
        raise ValueError("write it as Chappe <chappe@example.com>")
    elif name in ("tls_certificate", "tls_key") and value is not None and not value.is_file():
        raise ValueError(f"the file {value} does not exist")
    elif name == "receipts_in_memory" and value < _LEAST_RECEIPTS:
        raise ValueError(f"write {_LEAST_RECEIPTS:,} or more")


def _check_together(settings: Settings) -> None:
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        missing = "tls_key" if settings.tls_key is None else "tls_certificate"
        raise BadSettings(f"{missing} is missing: TLS needs a certificate and its key.", field=missing)
    if settings.smtp_url is not None and settings.mail_from is None:
        raise BadSettings("mail_from is missing: e-mails need a sender's address.", field="mail_from")
    safe = settings.tls_certificate is not None or settings.trusted_proxies
    if not safe and not is_loopback(settings.listen_host):
        # Browsers drop __Host- cookies over plain HTTP anywhere but on this machine: nobody could log in.
        raise BadSettings(
            f"listen is {settings.listen}, which other machines reach, without TLS. Set tls_certificate and "
            "tls_key, or set trusted_proxies to the address of the proxy that holds the certificate, or "
            "listen on 127.0.0.1.",
            field="listen",
        )
