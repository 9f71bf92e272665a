"""The texts of double opt-in, written on their page and read on the phone beside it."""

from typing import Any

PAGE = "/settings/sign-up"
OWN = "{{ brand }} : OUI pour {{ topics }}, STOP pour refuser"


async def test_texts_are_seen_as_they_are_written_and_kept_in_versions(server: Any, browser: Any) -> None:
    await browser.log_in()
    first = await browser.get(PAGE)
    assert "reply YES to get" in first.text, "ours stand there to be changed"
    seen = await browser.post(f"{PAGE}/preview", {"seen_in": "fr", "question_fr": "{{ brand }} ê"})
    assert "“ê” makes it cost more" in seen.text
    assert "1 part" in seen.text
    for text, told in (
        ("OUI pour {{ topics }} STOP", "Say who writes: put {{ brand }}"),
        ("{{ brand }} {{ topics }} OUI", "Say how to leave: write STOP"),
        ("{{ brand }} {{ topics }} YES STOP", "Say what to answer: write OUI"),
        (OWN + " {{ price }}", "Nobody fills in {{ price }}"),
    ):
        note = await browser.post(f"{PAGE}/validate", {"question_fr": text, "_field": "question_fr"})
        assert told in note.text
    wrong = await browser.post(PAGE, {"question_fr": "Bonjour", "countries": "DE"})
    assert wrong.status_code == 422
    assert 'value="fr" checked' in wrong.text, "the language of the error is in sight"
    saved = await browser.post(PAGE, {"question_fr": OWN, "welcome_en": "", "countries": ["DE", "CH"]})
    assert saved.headers["location"] == f"{PAGE}?notice=saved"
    row = await server.database.engine.fetchrow("select countries, texts, version from opt_in_setting")
    assert (row["countries"], row["version"]) == (["DE", "CH"], 1)
    assert row["texts"] == {"fr": {"question": OWN}}
    assert "Version 1" in (await browser.get(PAGE)).text
    assert "OUI pour Offers, STOP pour refuser" in (await browser.get(f"{PAGE}/versions/1")).text
    assert (await browser.get(f"{PAGE}/versions/9")).status_code == 404
    assert (await browser.post(PAGE, {"sender": "snd_0"})).status_code == 422


async def test_a_program_reads_and_changes_the_texts(server: Any) -> None:
    async with server.client() as client:
        ours = (await client.get("/v1/sign-up-texts")).json()
        assert (ours["version"], ours["countries"], ours["sender_id"]) == (0, ["AT", "DE"], None)
        assert "reply YES" in ours["texts"]["en"]["question"]
        wanted = {"texts": {"fr": {"question": OWN}}, "countries": ["DE"]}
        changed = (await client.put("/v1/sign-up-texts", json=wanted)).json()
        assert (changed["version"], changed["texts"]["fr"]["question"]) == (1, OWN)
        assert changed["texts"]["en"] == ours["texts"]["en"]
        for wrong, code in (
            ({"texts": {"fr": {"welcome": "Bonjour"}}}, "text_lacks"),
            ({"countries": ["XX"]}, "not_for_sign_up"),
            ({"sender_id": "snd_0"}, "not_for_sign_up"),
        ):
            refused = await client.put("/v1/sign-up-texts", json=wrong)
            assert (refused.status_code, refused.json()["code"]) == (422, code)
