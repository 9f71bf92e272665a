"""The OpenAPI document and the page made of it."""

import re

import httpx


async def test_the_document_names_every_address_that_is_served(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    paths = document["paths"]
    for path, methods in {
        "/v1/carriers": {"get", "post"},
        "/v1/carriers/{carrier_id}": {"get", "patch", "delete"},
        "/v1/routes": {"get", "post"},
        "/v1/senders": {"get", "post"},
        "/v1/lists": {"get", "post"},
        "/v1/imports": {"get", "post"},
        "/v1/imports/{import_id}": {"get"},
        "/v1/contacts": {"get"},
        "/v1/campaigns": {"get", "post"},
        "/v1/campaigns/{campaign_id}/send": {"post"},
        "/v1/messages": {"get", "post"},
        "/v1/messages/{message_id}": {"get"},
        "/v1/suppressions": {"get", "post"},
        "/healthz": {"get"},
        "/readyz": {"get"},
        "/metrics": {"get"},
    }.items():
        assert methods <= set(paths[path]), path


async def test_every_operation_has_a_summary_errors_and_a_key(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = f"{method} {path}"
            assert operation.get("summary"), name
            assert operation.get("tags"), name
            if not path.startswith("/v1/"):
                continue
            assert operation["x-scope"], name
            assert operation["security"] == [{"key": [operation["x-scope"]]}], name
            problem = operation["responses"]["422"]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/ProblemBody"}
            names = [parameter["name"] for parameter in operation["parameters"]]
            assert ("Idempotency-Key" in names) is (method == "post"), name


async def test_the_document_says_what_the_decoder_enforces(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    assert schemas["NewCarrier"]["additionalProperties"] is False
    assert schemas["NewSmppSettings"]["properties"]["port"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 65535,
    }
    assert "password" not in schemas["SmppSettings"]["properties"]


async def test_the_reference_page_needs_no_other_host(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs/api")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "style-src 'self'" in policy
    assert "script" not in policy
    links = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert set(links) == {"/docs/api.css", "/openapi.json"}
    assert "<script" not in page.text
    assert " style=" not in page.text
    style = await client.get("/docs/api.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text


async def test_the_reference_page_shows_operations_fields_and_errors(client: httpx.AsyncClient) -> None:
    text = (await client.get("/docs/api")).text
    assert "/v1/carriers/{carrier_id}" in text
    assert "settings.port" in text
    assert 'id="unknown_carrier"' in text
    assert "carriers:write" in text
