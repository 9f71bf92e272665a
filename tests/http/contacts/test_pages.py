"""The pages of contacts and lists, as a browser without scripts uses them."""

import re
from typing import Any

import pytest

CSV = (
    "phone;first_name;last_name;city\n+33612340001;Étienne;Dupont;Lyon\n"
    "+33612340002;Anna;Zidane;=1+1\n+32470123456;Zoé;Éluard;Liège\n"
)


@pytest.fixture
async def people(server: Any, client: Any) -> str:
    """Three contacts on a list, imported; the list's id."""
    from chappe.kit.clock import SystemClock
    from chappe.signup.jobs import run_next_import

    listed: str = (await client.post("/v1/lists", json={"name": "Newsletter"})).json()["id"]
    form = {"list_id": listed, "default_country": "FR"}
    await client.post("/v1/imports", data=form, files={"file": ("a.csv", CSV.encode(), "text/csv")})
    assert await run_next_import(server.database, SystemClock())
    return listed


@pytest.fixture
async def token(browser: Any) -> str:
    await browser.log_in()
    found: str = browser.cookies["__Host-chappe-csrf"]
    return found


def shown(page: Any) -> list[str]:
    """Family names in the order of the table."""
    return re.findall(r"<strong>(\w+)</strong>", page.text)


async def test_everybody_is_listed_sorted_searched_and_narrowed(
    browser: Any, token: str, people: str
) -> None:
    assert shown(await browser.get("/contacts?sort=name")) == ["Dupont", "Éluard", "Zidane"]
    assert shown(await browser.get("/contacts?sort=-name")) == ["Zidane", "Éluard", "Dupont"]
    assert shown(await browser.get("/contacts?q=elua")) == ["Éluard"]
    assert shown(await browser.get("/contacts?q=06+12+34+00+02")) == ["Zidane"]
    assert shown(await browser.get("/contacts?country=BE")) == ["Éluard"]
    assert shown(await browser.get(f"/contacts?list={people}&q=anna")) == ["Zidane"]
    assert shown(await browser.get("/contacts?consent=granted")) == []
    assert shown(await browser.get(f"/lists/{people}?sort=name")) == ["Dupont", "Éluard", "Zidane"]


async def test_checked_rows_are_archived_and_taken_back(browser: Any, token: str, people: str) -> None:
    page = await browser.get("/contacts?q=dupont")
    key = re.search(r'name="key" value="(con_\w+)"', page.text)
    assert key is not None
    form = {"action": "archive", "key": key[1], "matching": "q=dupont"}
    done = await browser.post("/contacts/bulk", form, token=token)
    assert done.status_code == 303
    assert "notice=archived&n=1" in done.headers["location"]
    said = await browser.get(done.headers["location"])
    assert "1 contact archived" in said.text
    assert shown(await browser.get("/contacts?sort=name")) == ["Éluard", "Zidane"]
    assert shown(await browser.get("/contacts?state=archived")) == ["Dupont"]
    undo = re.search(r'action="(/contacts/bulk/\w+/undo)"', said.text)
    assert undo is not None
    assert (await browser.post(undo[1], {}, token=token)).status_code == 303
    assert len(shown(await browser.get("/contacts"))) == 3


async def test_all_that_match_are_asked_about_and_done_by_the_worker(
    browser: Any, token: str, people: str, server: Any
) -> None:
    from chappe.contacts.jobs import run_next_batch
    from chappe.kit.clock import SystemClock

    form = {"action": "block", "everything": "1", "matching": "country=FR"}
    asked = await browser.post("/contacts/bulk", form, token=token)
    assert "Block 2 contacts" in asked.text
    begun = await browser.post("/contacts/bulk", form | {"sure": "1"}, token=token)
    address = begun.headers["location"]
    assert re.fullmatch(r"/contacts/bulk/blk_\w+", address)
    assert 'hx-trigger="every 2s"' in (await browser.get(address)).text
    while await run_next_batch(server.database, SystemClock()):
        pass
    assert "2 contacts changed, of 2" in (await browser.get(address)).text
    assert shown(await browser.get("/contacts?state=blocked&sort=name")) == ["Dupont", "Zidane"]
    assert "Take it back for 2 contacts" in (await browser.get(address)).text


async def test_contacts_are_put_on_a_list_that_is_chosen(browser: Any, token: str, people: str) -> None:
    made = await browser.post("/lists/new", {"name": "VIP"}, token=token)
    vip = made.headers["location"].split("?")[0]
    page = await browser.get("/contacts?q=zidane")
    key = re.search(r'name="key" value="(con_\w+)"', page.text)
    assert key is not None
    form = {"action": "list_add", "key": key[1], "matching": ""}
    assert "Which list?" in (await browser.post("/contacts/bulk", form, token=token)).text
    done = await browser.post("/contacts/bulk", form | {"list": vip.split("/")[-1]}, token=token)
    assert "notice=joined&n=1" in done.headers["location"]
    assert shown(await browser.get(vip)) == ["Zidane"]
    off = {"action": "list_remove", "key": key[1], "matching": ""}
    assert (await browser.post(f"{vip}/bulk", off, token=token)).status_code == 303
    assert "Nobody is on this list yet" in (await browser.get(vip)).text


async def test_a_list_is_renamed_and_deleted_by_its_name(
    browser: Any, token: str, people: str, server: Any
) -> None:
    address = f"/lists/{people}"
    assert (await browser.post("/lists/new", {"name": "Newsletter"}, token=token)).status_code == 422
    assert (await browser.post("/lists/new", {"name": ""}, token=token)).status_code == 422
    assert (await browser.post(f"{address}/rename", {"name": "Lettre"}, token=token)).status_code == 303
    assert "Lettre" in (await browser.get("/lists")).text
    assert "3 contacts leave the list" in (await browser.get(f"{address}/delete")).text
    assert (await browser.post(f"{address}/delete", {"typed": "no"}, token=token)).status_code == 422
    assert (await browser.post(f"{address}/delete", {"typed": "lettre"}, token=token)).status_code == 303
    assert (await browser.get(address)).status_code == 404
    async with server.database.engine_transaction() as conn:
        recorded = await conn.fetch("select action from audit_event where action like 'list.%' order by id")
    assert [row["action"] for row in recorded][-2:] == ["list.changed", "list.deleted"]


async def test_what_is_exported_is_inert_and_comes_back_whole(browser: Any, token: str, people: str) -> None:
    file = await browser.get("/contacts/export.csv?q=zidane")
    assert file.headers["content-disposition"].startswith("attachment")
    header, row = file.text.lstrip("\ufeff").splitlines()
    assert header.startswith("phone,external_id,country,language,zone,")
    assert row.startswith('\'+33612340002,,FR,,,\'=1+1,Anna,Zidane,"[""Newsletter""]",con_')
    assert row.split(",")[10:12] == ["active", "none"]


async def test_a_role_that_may_not_is_refused(browser: Any, token: str, server: Any, people: str) -> None:
    await server.database.engine.execute("update membership set role = 'analyst'")
    assert (await browser.get("/contacts")).status_code == 200
    assert "bulk-bar" not in (await browser.get("/contacts")).text
    assert (await browser.get("/lists/new")).status_code == 403
    assert (await browser.get("/contacts/export.csv")).status_code == 403


async def test_a_contact_is_entered_checked_and_shown_with_its_history(
    browser: Any, token: str, people: str, server: Any
) -> None:
    form = {"phone": "06 12 34 00 09", "first_name": "Léa", "last_name": "Morel", "email": "lea@example.org"}
    wrong = await browser.post("/contacts/new", form | {"phone": "06 12", "email": "lea"}, token=token)
    assert wrong.status_code == 422
    assert "Digits are missing" in wrong.text
    assert "name@example.org" in wrong.text
    check = form | {"phone": "+33612340001", "_field": "phone"}
    assert "has this number already" in (await browser.post("/contacts/validate", check, token=token)).text
    assert (await browser.post("/contacts/new", check, token=token)).status_code == 422
    extra = {"attribute-city": "Lyon", "new_name": "Couleur préférée", "new_value": "bleu"}
    made = await browser.post("/contacts/new", form | extra, token=token)
    address = made.headers["location"].split("?")[0]
    page = await browser.get(address)
    for text in ("Léa Morel", "Lyon", "Couleur préférée", "bleu", "Became a contact", "Never asked"):
        assert text in page.text
    assert shown(await browser.get("/contacts?q=lea%40ex")) == ["Morel"]
    await browser.post(f"{address}/notes", {"text": "Called, <b>happy</b>"}, token=token)
    await browser.post(f"{address}/lists", {"list": people}, token=token)
    await browser.post(f"{address}/state", {"action": "block"}, token=token)
    proof = {"basis": "spoken", "source": "Shop", "words": "Yes to offers"}
    assert (await browser.post(f"{address}/consent", proof, token=token)).status_code == 303
    page = await browser.get(address)
    for text in ("Called, &lt;b&gt;happy", "On the list “Newsletter”", "Blocked", "Yes to offers", "Granted"):
        assert text in page.text


async def test_an_edit_keeps_what_another_saved_meanwhile(
    browser: Any, token: str, people: str, server: Any
) -> None:
    page = await browser.get("/contacts?q=dupont")
    found = re.search(r'href="(/contacts/con_\w+)"', page.text)
    assert found is not None
    address = found[1]
    seen = re.search(r'name="seen" value="([^"]+)"', (await browser.get(f"{address}/edit")).text)
    assert seen is not None
    form = {"seen": seen[1].replace("&#43;", "+"), "first_name": "Étienne", "last_name": "Durand"}
    assert (await browser.post(f"{address}/edit", form, token=token)).status_code == 303
    stale = await browser.post(f"{address}/edit", form | {"last_name": "Autre"}, token=token)
    assert stale.status_code == 422
    assert "Somebody changed this contact" in stale.text
    assert shown(await browser.get("/contacts?q=durand")) == ["Durand"]
    told = (await browser.get(address)).text
    assert "<del>Dupont</del>" in told
    assert "<ins>Durand</ins>" in told
    async with server.database.engine_transaction() as conn:
        assert await conn.fetchval("select count(*) from audit_event where action = 'contact.changed'") == 1


async def test_who_said_stop_is_not_brought_back_by_a_form(
    browser: Any, token: str, people: str, client: Any
) -> None:
    await client.post("/v1/suppressions", json={"phone": "+33612340001", "reason": "asked"})
    page = await browser.get("/contacts?q=dupont")
    found = re.search(r'href="(/contacts/con_\w+)"', page.text)
    assert found is not None
    assert "On the suppression list" in (await browser.get(found[1])).text
    proof = {"basis": "spoken", "source": "Shop", "words": "Yes to offers"}
    refused = await browser.post(f"{found[1]}/consent", proof, token=token)
    assert refused.status_code == 422
    assert "said STOP" in refused.text


async def test_a_contact_shows_what_they_bought_and_after_which_campaign(
    browser: Any, token: str, people: str, server: Any, client: Any
) -> None:
    here = server.workspace_id
    async with server.database.engine_transaction() as conn:
        campaign = await conn.fetchval(
            "insert into campaign (id, workspace_id, name, purpose, audience, body) "
            "values (gen_random_uuid(), $1, 'Winter sale', 5, $2, '') returning id",
            here,
            {"include": [], "exclude": []},
        )
        run = await conn.fetchval(
            "insert into campaign_run (workspace_id, campaign_id) values ($1, $2) returning id",
            here,
            campaign,
        )
        await conn.execute(
            "insert into conversion (workspace_id, run_id, contact_id, goal, by, amount, currency, "
            "refunded, at) select $1, r, id, 'Order Completed', b, 30, 'EUR', 5, now() from contact, "
            "(values ($2::bigint, 'click'), (null, null)) as o (r, b) where phone = 33612340002",
            here,
            run,
        )
    [anna] = [
        one["id"]
        for one in (await client.get("/v1/contacts")).json()["data"]
        if one["phone"] == "+33612340002"
    ]
    page = (await browser.get(f"/contacts/{anna}")).text
    for words in ("Winter sale</a>, after a click", "€30.00", "€5.00 refunded", "owed to no message"):
        assert words in page
