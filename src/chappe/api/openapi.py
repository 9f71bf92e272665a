"""The OpenAPI 3.1 document: addresses and parameters as Litestar sees them, bodies and answers as msgspec
decodes and encodes them, and what the shell adds to every address.

Litestar's own schemas of structs leave out what msgspec enforces (unknown fields, limits in unions), and it
does not know of the shell.
"""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from chappe.api.caller import Needs
from chappe.api.problems import MEDIA_TYPE, ProblemBody

Document = dict[str, Any]

_REF = "#/components/schemas/{name}"
_JSON = "application/json"
API = "/v1"

# What the shell can answer at any address under /v1, beside what the rooms raise.
_ERRORS = {
    "400": "The request does not have the documented shape: `errors` names the place.",
    "401": "No key, or one that is not valid.",
    "403": "The key lacks the scope.",
    "404": "There is no such thing.",
    "409": "The state of things is in the way.",
    "413": "The body is too large.",
    "415": "The body is not of the documented type.",
    "422": "The request has the right shape and cannot be done: `detail` says why.",
    "429": "Too many requests: see Retry-After.",
    "500": "Something failed on our side; nothing was changed.",
    "503": "The database does not answer: try again, see Retry-After.",
}
_OPEN_ERRORS = ("400", "500", "503")

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own, a UUID for example. The same request sent again under the same key "
    "within 24 hours is done once and answered alike, with the header Idempotent-Replayed: true.",
    # As `idempotency.read_key` reads it: bare, or a structured-field string in quotes.
    "schema": {"type": "string", "pattern": '^("[!#-\\[\\]-~]{1,255}"|[!#-~]{1,255})$'},
}


class Operation(msgspec.Struct, frozen=True):
    """A method at an address, and the handler behind it."""

    path: str
    method: str
    handler: HTTPRouteHandler

    @property
    def answers(self) -> tuple[Any, ...]:
        """The types of a successful answer, out of its `Response[…]`; msgspec takes no union of structs."""
        annotation = self.handler.parsed_return_field.annotation
        if get_origin(annotation) is Response:
            annotation = get_args(annotation)[0]
        return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)

    @property
    def body(self) -> Any:
        """The type of the JSON body, None when there is none or it is a form."""
        field = self.handler.parsed_data_field
        media_type = getattr(field.kwarg_definition, "media_type", None) if field else None
        return field.annotation if field and media_type in (None, _JSON) else None

    @property
    def scope(self) -> str | None:
        """What a key needs."""
        scopes = [guard.scope for guard in self.handler.resolve_guards() if isinstance(guard, Needs)]
        return scopes[0] if scopes else None


def operations(app: Litestar) -> Iterator[Operation]:
    """Every documented method of every address, in the order of the addresses."""
    for route in sorted(app.routes, key=lambda route: route.path):
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS" and handler.resolve_include_in_schema():
                yield Operation(route.path_format, method.lower(), handler)


def true_document(app: Litestar, base: Document) -> Document:
    """`base` (Litestar's document of `app`) made true. `base` is not changed."""
    document: Document = msgspec.json.decode(msgspec.json.encode(base))
    found = list(operations(app))
    types = [ProblemBody]
    for operation in found:
        types += [each for each in (operation.body, *operation.answers) if _is_json(each)]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    # By position: an equal type may stand for several operations.
    by_type = dict(zip(map(_name, types), schemas, strict=True))
    for operation in found:
        _complete(document["paths"][operation.path][operation.method], operation, by_type)
    parts = document.setdefault("components", {})
    parts["schemas"] = {**parts.get("schemas", {}), **components}
    _close_forms(document, found)
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, chp_live_… or chp_test_…"}
    }
    _drop_unused(document)
    return document


def _is_json(kind: Any) -> bool:
    return kind not in (None, type(None), bytes)


def _name(kind: Any) -> str:
    return repr(kind)


def _complete(described: Document, operation: Operation, by_type: dict[str, Document]) -> None:
    described.pop("deprecated", None)
    parameters = described.setdefault("parameters", [])
    for parameter in parameters:
        _simplify(parameter)
    if _is_json(operation.body):
        described["requestBody"] = {
            "required": True,
            "content": {_JSON: {"schema": by_type[_name(operation.body)]}},
        }
    responses = described["responses"]
    success = next(code for code in responses if code.startswith("2"))
    responses[success] = {"description": "Done."}
    answers = [by_type[_name(each)] for each in operation.answers if _is_json(each)]
    if answers:
        schema = answers[0] if len(answers) == 1 else {"anyOf": answers}
        responses[success]["content"] = {_JSON: {"schema": schema}}
    elif bytes in operation.answers:
        responses[success]["content"] = {str(operation.handler.media_type): {"schema": {"type": "string"}}}
    in_api = operation.path.startswith(API + "/")
    for code in _ERRORS if in_api else _OPEN_ERRORS:
        problem = by_type[_name(ProblemBody)]
        responses[code] = {"description": _ERRORS[code], "content": {MEDIA_TYPE: {"schema": problem}}}
    described["responses"] = dict(sorted(responses.items()))
    # Roles that an operation asks for may stand with any scheme (OpenAPI 3.1, Security Requirement Object).
    scopes = [] if operation.scope is None else [operation.scope]
    described["security"] = [{"key": scopes}] if in_api else []
    if operation.scope is not None:
        described["x-scope"] = operation.scope
    if in_api and operation.method == "post":
        parameters.append(_IDEMPOTENCY_KEY)


def _close_forms(document: Document, found: list[Operation]) -> None:
    """A form refuses fields it does not know, as a JSON body does; Litestar's schema does not say so."""
    for operation in found:
        field = operation.handler.parsed_data_field
        if operation.body is not None or field is None:
            continue
        described = document["paths"][operation.path][operation.method]
        for content in described["requestBody"]["content"].values():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            config = getattr(field.annotation, "__struct_config__", None)
            if name and config is not None and config.forbid_unknown_fields:
                document["components"]["schemas"][name]["additionalProperties"] = False


def _simplify(parameter: Document) -> None:
    """A parameter is text or absent: the null of an optional Python argument cannot be sent."""
    for noise in ("deprecated", "allowEmptyValue", "allowReserved"):
        parameter.pop(noise, None)
    schema = parameter["schema"]
    branches = [branch for branch in schema.pop("oneOf", []) if branch.get("type") != "null"]
    if len(branches) == 1:
        schema.update(branches[0])
    elif branches:
        schema["oneOf"] = branches
    if isinstance(schema.get("type"), list):
        schema["type"] = next(kind for kind in schema["type"] if kind != "null")
    if None in schema.get("enum", []):
        schema["enum"] = [value for value in schema["enum"] if value is not None]


def _drop_unused(document: Document) -> None:
    """Components that nothing names any more, now that the bodies have msgspec's."""
    schemas = document["components"]["schemas"]
    while True:
        text = msgspec.json.encode(document).decode()
        unused = [name for name in schemas if f'"{_REF.format(name=name)}"' not in text]
        if not unused:
            return
        for name in unused:
            del schemas[name]
