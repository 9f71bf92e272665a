"""The digest of a form: of what it says, however it is cut and whatever its boundary is."""

from hypothesis import given
from hypothesis import strategies as st

from chappe.api.form_digest import FormDigest
from chappe.kit.crypto import sha256


def form(boundary: str, *parts: bytes) -> bytes:
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


async def digest(body: bytes, boundary: str, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    messages = [
        {"type": "http.request", "body": piece, "more_body": at < len(pieces) - 1}
        for at, piece in enumerate(pieces)
    ]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    content_type = f'multipart/form-data; boundary="{boundary}"'
    return await FormDigest("POST", "/v1/imports", content_type, receive).whole()  # type: ignore[arg-type]  # messages


@given(st.binary(max_size=60), st.sampled_from(["xYz", "----8f2a", "-"]), st.integers(1, 40))
async def test_neither_the_boundary_nor_the_cuts_count(data: bytes, boundary: str, size: int) -> None:
    whole = await digest(form(boundary, data), boundary, size)
    said = b"".join(form(boundary, data).split(boundary.encode()))
    assert whole == sha256(b"POST /v1/imports\n" + said)


async def test_another_file_is_another_request() -> None:
    one, same = form("aaa", b"1", b"2"), form("bbbbbb", b"1", b"2")
    assert await digest(one, "aaa", 7) == await digest(same, "bbbbbb", 5)
    assert await digest(one, "aaa", 7) != await digest(form("aaa", b"1", b"3"), "aaa", 7)
