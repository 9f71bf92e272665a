"""The reference page: the OpenAPI document as plain HTML, without a script and without another host."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from importlib import resources
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, Request, Response, Router, get
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.types import ControllerRouterHandler

from chappe.api.openapi import Document, true_document
from chappe.kit.errors import Problem

_CSP = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_DEPTH = 4
_METHODS = ("get", "post", "patch", "put", "delete")


class Field(msgspec.Struct, frozen=True):
    """A line of a table: `settings.port`, integer, required, 1 to 65535."""

    name: str
    kind: str
    required: bool
    note: str


class Entry(msgspec.Struct, frozen=True):
    """One operation on the page."""

    method: str
    path: str
    summary: str
    description: str
    scope: str | None
    parameters: list[Field]
    body: list[Field]
    status: str
    answer: list[Field]


class Reference(OpenAPIRenderPlugin):
    """Renders /docs/api, and holds the document that /openapi.json serves."""

    def __init__(self) -> None:
        super().__init__(path="/api")
        self._document: Document | None = None

    def document(self, app: Litestar, base: Document) -> Document:
        """Made at the first request and kept: it does not change while the program runs."""
        if self._document is None:
            self._document = true_document(app, base)
        return self._document

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:
        document = self.document(request.app, openapi_schema)
        text: str = self._template.render(
            title=document["info"]["title"],
            version=document["info"]["version"],
            groups=groups(document),
            problems=sorted(_problems(Problem), key=lambda problem: (problem.status, problem.code)),
        )
        return text.encode()

    def receive_router(self, router: Router) -> None:
        router.after_request = _own_policy

    @cached_property
    def _template(self) -> Any:
        environment = Environment(
            loader=PackageLoader("chappe.api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        return environment.get_template("reference.html")


async def _own_policy(response: Response[Any]) -> Response[Any]:
    """The page may load its style sheet, and nothing else."""
    response.headers["content-security-policy"] = _CSP
    return response


def groups(document: Document) -> dict[str, list[Entry]]:
    """Operations by tag, in the order of their addresses."""
    found: dict[str, list[Entry]] = defaultdict(list)
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["Other"])[0]
                found[tag].append(_entry(path, method, item[method], schemas))
    return dict(sorted(found.items()))


def _entry(path: str, method: str, described: Document, schemas: Document) -> Entry:
    status = next(code for code in described["responses"] if code.startswith("2"))
    return Entry(
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        description=described.get("description", ""),
        scope=described.get("x-scope"),
        parameters=[_parameter(one) for one in described.get("parameters", [])],
        body=list(_fields(_schema(described.get("requestBody")), schemas)),
        status=status,
        answer=list(_fields(_schema(described["responses"][status]), schemas)),
    )


def _schema(holder: Document | None) -> Document:
    contents: Document = (holder or {}).get("content", {})
    for content in contents.values():
        schema: Document = content.get("schema", {})
        return schema
    return {}


def _parameter(one: Document) -> Field:
    note = one.get("description", "") or _limits(one["schema"])
    return Field(f"{one['name']} ({one['in']})", _kind(one["schema"]), one.get("required", False), note)


def _fields(schema: Document, schemas: Document, name: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of a schema, nested ones with their path."""
    schema = _resolved(schema, schemas)
    if depth > _DEPTH:
        return
    for branch in _branches(schema):
        yield from _fields(branch, schemas, name, depth)
    if "items" in schema:
        yield from _fields(schema["items"], schemas, f"{name}[]", depth + 1)
    required = schema.get("required", [])
    for key, value in schema.get("properties", {}).items():
        path = f"{name}.{key}" if name else key
        inner = _resolved(value, schemas)
        yield Field(path, _kind(inner, schemas), key in required, _limits(inner))
        if not inner.get("enum"):
            yield from _fields(inner, schemas, path, depth + 1)


def _resolved(schema: Document, schemas: Document) -> Document:
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved: Document = {**schemas[name], **schema} if name in schemas else schema
    return resolved


def _branches(schema: Document) -> list[Document]:
    return [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, [])]


def _kind(schema: Document, schemas: Document | None = None) -> str:
    schemas = schemas or {}
    if branches := _branches(schema):
        return " or ".join(dict.fromkeys(_kind(_resolved(branch, schemas), schemas) for branch in branches))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(_resolved(schema.get('items', {}), schemas), schemas)}"
    return str(schema.get("format", kind))


_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "from {}",
    "maximum": "to {}",
    "exclusiveMinimum": "more than {}",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "pattern": "pattern {}",
    "default": "default {}",
}


def _limits(schema: Document) -> str:
    told = [schema["description"]] if "description" in schema and "properties" not in schema else []
    for branch in [schema, *_branches(schema)]:
        told += [
            text.format(branch[key]) for key, text in _LIMITS.items() if branch.get(key) not in (None, "")
        ]
    return ", ".join(dict.fromkeys(told))


def _problems(base: type[Problem]) -> Iterator[type[Problem]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _problems(kind)


@get("/docs/api.css", include_in_schema=False, media_type="text/css", sync_to_thread=False)
def style() -> Response[bytes]:
    text = resources.files("chappe.api").joinpath("templates/reference.css").read_bytes()
    return Response(text, media_type="text/css", headers={"cache-control": "max-age=3600"})


routes: list[ControllerRouterHandler] = [style]
