"""/v1/media, /media, and /m/…: what is served to whoever has the address."""

from io import BytesIO
from typing import Any

from PIL import Image


def photo(kind: str = "JPEG") -> bytes:
    """Lying on its side, as its camera says, which also says where it was."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Daguerre"
    exif.get_ifd(0x8825)[2] = (48.0, 53.0, 12.0)
    out = BytesIO()
    Image.new("RGB", (40, 20), "navy").save(out, kind, exif=exif)
    return out.getvalue()


async def test_a_picture_is_served_upright_without_place_and_camera_until_it_is_deleted(server: Any) -> None:
    async with server.client() as client:
        for kind in ("JPEG", "PNG", "WEBP"):
            sent = photo(kind)
            assert b"Daguerre" in sent
            files = {"file": ("holiday.exe", sent, "text/html")}
            made = (await client.post("/v1/media", data={"alt": "The tower"}, files=files)).json()
            assert (made["width"], made["height"], made["kind"]) == (20, 40, f"image/{kind.lower()}")
            at = "/m/" + made["url"].rsplit("/", 1)[1]
            assert len(at) == 31
            assert made["fits_in"] == ["*"]
            seen = await client.get(at)
            assert (seen.headers["content-type"], seen.headers["x-content-type-options"]) == (
                f"image/{kind.lower()}",
                "nosniff",
            )
            assert "max-age" in seen.headers["cache-control"]
            assert b"Daguerre" not in seen.content
            assert not Image.open(BytesIO(seen.content)).getexif()
            assert (await client.delete(f"/v1/media/{made['id']}")).status_code == 204
            assert (await client.get(at)).status_code == 404
        assert (await client.get("/v1/media")).json()["data"] == []


async def test_a_moving_gif_still_moves(server: Any) -> None:
    frames = [Image.new("P", (8, 8), colour) for colour in (0, 1, 2)]
    for colour, frame in enumerate(frames):
        frame.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
        frame.putpixel((colour, 0), 2)
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=b"Daguerre")
    async with server.client() as client:
        files = {"file": ("a.gif", out.getvalue(), "image/gif")}
        made = (await client.post("/v1/media", data={"alt": "Arms"}, files=files)).json()
        seen = (await client.get("/m/" + made["url"].rsplit("/", 1)[1])).content
    assert getattr(Image.open(BytesIO(seen)), "n_frames", 1) == 3
    assert b"Daguerre" not in seen


async def test_what_is_no_picture_or_has_no_words_is_refused(server: Any, browser: Any) -> None:
    async with server.client() as client:
        for name, data, alt, code, field in (
            ("a.png", b"<svg onload=alert(1)>", "A", "bad_picture", "#/file"),
            ("a.jpg", photo()[:200], "A", "bad_picture", "#/file"),
            ("a.jpg", photo(), " ", "bad_alt", "#/alt"),
        ):
            answer = await client.post(
                "/v1/media", data={"alt": alt}, files={"file": (name, data, "image/png")}
            )
            assert (answer.status_code, answer.json()["code"]) == (422, code)
            assert answer.json()["errors"][0]["pointer"] == field
    await browser.log_in()
    files = {"file": ("a.png", photo("PNG"), "image/png")}
    csrf = browser.token(await browser.get("/media"))
    data = {"alt": "A tower on a hill", "_csrf_token": csrf}
    done = await browser.http.post("/media", data=data, files=files, headers=browser._headers({}))
    assert done.headers["location"] == "/media?notice=media_added"
    assert 'alt="A tower on a hill"' in (await browser.get("/media")).text


async def test_a_code_that_is_not_signed_is_refused_and_one_from_before_signing_is_served(
    server: Any,
) -> None:
    async with server.client() as client:
        files = {"file": ("a.png", photo("PNG"), "image/png")}
        made = (await client.post("/v1/media", data={"alt": "A tower"}, files=files)).json()
        code = made["url"].rsplit("/", 1)[1]
        assert (await client.get(f"/m/{code}")).status_code == 200
        other = "B" if code[0] == "A" else "A"
        for wrong in (other + code[1:], code[:-1] + other, code[:22], ""):
            assert (await client.get(f"/m/{wrong}")).status_code == 404
        async with server.database.engine_transaction() as conn:
            await conn.execute("update media set code = $1", "o" * 22)
        assert (await client.get(f"/m/{'o' * 22}")).status_code == 200
