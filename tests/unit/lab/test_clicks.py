import pytest

from chappe.lab.browser import Agent, Browser, NotOfThisMachine, links_in
from chappe.lab.clicks import ClickScript
from chappe.lab.loading import BadScenario, parse_scenario
from chappe.lab.scenario import PhoneClick

CLICKS = (PhoneClick(0.2, 3.0), PhoneClick(0.1, (0.1, 0.5), Agent.IMESSAGE))
CARRIER = '[[carriers]]\nname = "alpha"\n'


def test_a_share_of_the_numbers_opens_links(batch):
    messages = batch(2_000)
    clicks = list(ClickScript(CLICKS, 7).clicks_on(messages, [2] * 2_000))
    assert clicks != list(ClickScript(CLICKS, 8).clicks_on(messages, [2] * 2_000))
    people = [click for click in clicks if click.agent is Agent.IPHONE]
    previews = [click for click in clicks if click.agent is Agent.IMESSAGE]
    assert 320 < len(people) < 480
    assert 140 < len(previews) < 260
    assert {click.after for click in people} == {3.0}
    assert all(0.1 <= click.after <= 0.5 for click in previews)


def test_a_number_opens_what_reached_it_and_once(batch):
    script = ClickScript((PhoneClick(1.0),), 1)
    messages = batch(3)
    assert [c.number for c in script.clicks_on(messages, [2, 5, 2])] == ["33600000000", "33600000002"]
    assert [c.number for c in script.clicks_on(messages, [2, 2, 2])] == ["33600000001"]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("-20 % : https://txt.example/aB3xY9k. STOP au 36105", ["https://txt.example/aB3xY9k"]),
        ("(http://127.0.0.1:8080/l/aB3xY9k) ou http://a.example/b?c=d", 2),
        ("www.example.com ou rien", []),
    ],
)
def test_the_links_of_a_text(text, links):
    found = links_in(text)
    assert len(found) == links if isinstance(links, int) else found == links


async def test_no_phone_leaves_this_machine():
    browser = Browser()
    with pytest.raises(NotOfThisMachine, match="shop\\.example"):
        await browser.open("https://shop.example/sale", Agent.ANDROID)
    await browser.close()


@pytest.mark.parametrize(
    ("phones", "key"),
    [
        ("clicks = [{ share = 0.7 }, { share = 0.4 }]", "phones.clicks.share"),
        ("clicks = [{ share = 0.7, after = [5, 1] }]", "phones.clicks.after"),
        ('links = "http://shop.example"', "phones.links"),
    ],
)
def test_what_cannot_be_is_named(phones, key):
    with pytest.raises(BadScenario) as error:
        parse_scenario(f"[phones]\n{phones}\n{CARRIER}")
    assert error.value.field == key
