"""Bodies of requests: JSON, decoded once and strictly into the type that the handler declares."""

import re
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from msgspec import Meta

from chappe.kit.errors import Problem

# At least one character that shows. Written out, because the \s of Python is not the one of JSON Schema.
_SHOWS = r"[^\x00-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_SHOWS)]


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a request may hold: a misspelt field is refused, not ignored."""


class InvalidBody(Problem):
    """The body is not of the documented shape; `errors` names the place."""

    code = "invalid_body"
    status = 400
    title = "The body is not of the documented shape"


class NotJson(Problem):
    """The body cannot be read as JSON."""

    code = "not_json"
    status = 400
    title = "The body is not JSON"


class NulInBody(Problem):
    """A text of the body holds the character U+0000."""

    code = "nul_in_body"
    status = 422
    title = "The text cannot be stored"


class WrongContentType(Problem):
    """The body is not announced as JSON."""

    code = "wrong_content_type"
    status = 415
    title = "The body must be JSON"


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON body becomes the handler's `data` in one strict pass.

    Litestar decodes to dictionaries first and then converts leniently ("5" for 5), which would make the
    OpenAPI document untrue.
    """

    async def json(self) -> Any:
        field = self.route_handler.parsed_data_field
        if not is_json(self.headers.get("content-type", "")):
            raise WrongContentType("Send the body as JSON with the header Content-Type: application/json.")
        return decode_body(await self.body(), Any if field is None else field.annotation)


def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON (RFC 6839 section 3.1: +json)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def decode_body(body: bytes, kind: Any) -> Any:
    """`body` as `kind`. NotJson, InvalidBody or NulInBody (`field` names the place) say what to change."""
    try:
        value = _decode(body, kind)
    except msgspec.ValidationError as error:
        message, field = _place(str(error))
        if message.startswith("Invalid enum value"):
            message += _choices(msgspec.inspect.type_info(kind), field or "")
        where = f"At {field}: " if field else ""
        raise InvalidBody(
            f"{where}{message}. Correct it; the reference at /docs/api shows the shape.", field=field
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(f"The body cannot be read as JSON ({error}). Send one JSON value in UTF-8.") from None
    if b"u0000" in body:
        _refuse_nul(msgspec.json.decode(body))
    return value


def uploaded(_: object, value: object) -> UploadFile:
    """The file of a form, which all our forms call `file`. ValueError, whose text Litestar tells, when a text
    was given for it.
    """
    if isinstance(value, UploadFile):
        return value
    raise ValueError("file must be a file: send it as a part of the form that has a filename")


def _decode(body: bytes, kind: Any) -> Any:
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
    # JSON Schema (2020-12, section 6.1.1) calls 50.0 an integer, and languages without integers write it so.
    return msgspec.convert(_whole(msgspec.json.decode(body)), kind, str_keys=True)


def _whole(value: Any) -> Any:
    """`value` with each float that is a whole number made an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


@lru_cache(maxsize=512)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


# msgspec: "Expected `int`, got `str` - at `$.settings.port`"; `[...]` stands for any item of a list.
_AT = re.compile(r" - at (?:`key` in )?`\$(?P<path>[^`]*)`$")


def _place(text: str) -> tuple[str, str | None]:
    match = _AT.search(text)
    if match is None:
        return _plain(text), None
    return _plain(text[: match.start()]), match["path"].lstrip(".").replace("[...]", "[]") or None


def _plain(message: str) -> str:
    if repr(_SHOWS)[1:-1] in message:
        return "The text is blank"
    return message.replace("`", "").rstrip(".")


def _choices(kind: msgspec.inspect.Type, field: str) -> str:
    """`: choose one of …`, for the enumeration at `field`; empty when the way to it is not plain."""
    step, _, rest = re.sub(r"\[\d*\]", ".[]", field).lstrip(".").partition(".")
    if isinstance(kind, msgspec.inspect.EnumType):
        return f": choose one of {', '.join(str(member.value) for member in kind.cls)}"
    if isinstance(kind, msgspec.inspect.UnionType):
        return next((found for each in kind.types if (found := _choices(each, field))), "")
    if isinstance(kind, msgspec.inspect.Metadata):
        return _choices(kind.type, field)
    if isinstance(kind, msgspec.inspect.ListType) and step == "[]":
        return _choices(kind.item_type, rest)
    if isinstance(kind, msgspec.inspect.StructType):
        return next((_choices(one.type, rest) for one in kind.fields if one.encode_name == step), "")
    return ""


def _refuse_nul(value: object, path: str = "") -> None:
    """PostgreSQL stores no NUL in text, and no text that people write has one."""
    if isinstance(value, str) and "\0" in value:
        raise NulInBody("The text holds the character U+0000. Remove it.", field=path or None)
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_nul(key, path)
            _refuse_nul(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_nul(item, f"{path}[{number}]")
