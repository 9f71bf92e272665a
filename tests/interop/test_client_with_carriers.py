"""Our client against carriers that nobody here wrote: node-smpp and smpp34."""

import pytest

from chappe.smpp.constants import BindKind, Tag
from chappe.smpp.link import LinkState
from chappe.smpp.submission import bodies
from chappe.smpp.template import SubmitTemplate
from chappe.smpp.validity import relative_validity
from chappe.sms.inbound import decode
from chappe.sms.options import Concatenation, TextOptions
from chappe.sms.parts import split
from chappe.sms.receipt import ReceiptState, parse

TEMPLATE = SubmitTemplate(b"ACME", source_ton=5, source_npi=0, validity=relative_validity(3600))
LONG = "All the world is a stage and all the men and women merely players. " * 5
UNICODE = "Le télégraphe de Chappe : 中文 "


@pytest.fixture(params=["node_smsc.js", "smpp34_smsc.py"])
async def smsc(request, start_peer, free_port):
    peer = await start_peer(request.param, free_port)
    [listening] = await peer.wait("listening")
    peer.port = listening["port"]
    peer.name = request.param
    return peer


def submit(client, text, destination=b"33612345678", concatenation=Concatenation.UDH8, first_token=1):
    parts = split(text, TextOptions(concatenation=concatenation), 0x4D)
    batch = list(enumerate(bodies(TEMPLATE, destination, parts), start=first_token))
    client.submit(batch)
    return len(batch)


async def test_a_text_goes_out_and_its_receipt_comes_back(smsc, make_link, until):
    client, shop = await make_link(smsc.port)
    submit(client, "Hello Claude, @£$ your order is on its way" if "node" in smsc.name else "Hello Claude")
    [seen] = await smsc.wait("submit")
    assert seen["text"].startswith("Hello Claude")
    assert (seen["source"], seen["source_ton"], seen["destination"]) == ("ACME", 5, "33612345678")
    assert (seen["data_coding"], seen["esm_class"], seen["registered_delivery"]) == (0, 0, 1)
    await until(lambda: shop.got and shop.messages)
    [(status, message_id)] = shop.got.values()
    assert status == 0
    [receipt] = shop.messages
    read = parse(receipt.text, dict(receipt.tlvs))
    assert receipt.esm_class == 4
    assert (read.id, read.state) == (message_id.decode(), ReceiptState.DELIVERED)
    assert receipt.tlv(Tag.RECEIPTED_MESSAGE_ID).rstrip(b"\0") == message_id
    assert (await smsc.wait("delivered"))[0]["status"] == 0


async def test_ucs2_arrives_as_it_was_written(smsc, make_link):
    client, _ = await make_link(smsc.port)
    submit(client, UNICODE)
    [seen] = await smsc.wait("submit")
    assert (seen["text"], seen["data_coding"]) == (UNICODE, 8)


@pytest.mark.parametrize("text", [LONG, UNICODE * 6])
@pytest.mark.parametrize("concatenation", [Concatenation.UDH8, Concatenation.UDH16, Concatenation.SAR])
async def test_a_long_text_arrives_whole(smsc, make_link, until, text, concatenation):
    client, shop = await make_link(smsc.port, window=20)
    count = submit(client, text, concatenation=concatenation)
    assert count > 1
    # smpp34 hands submits to its owner in no certain order: the numbers say where each belongs.
    seen = sorted(await smsc.wait("submit", count), key=lambda part: part["sar"] or part["udh"])
    assert "".join(part["text"] for part in seen) == text
    for number, part in enumerate(seen, start=1):
        if concatenation is Concatenation.SAR:
            assert (part["sar"], part["udh"]) == ([0x4D, count, number], "")
        else:
            assert part["udh"].endswith(f"4d{count:02x}{number:02x}")
            assert part["esm_class"] == 0x40
    await until(lambda: len(shop.got) == count and len(shop.messages) == count)
    assert {status for status, _ in shop.got.values()} == {0}


async def test_message_payload_carries_a_long_text(smsc, make_link):
    client, _ = await make_link(smsc.port)
    submit(client, LONG, concatenation=Concatenation.PAYLOAD)
    [seen] = await smsc.wait("submit")
    assert seen["text"] == LONG


async def test_throttling_is_heard(smsc, make_link, until):
    client, shop = await make_link(smsc.port)
    submit(client, "too fast", destination=b"33600000058")
    await until(lambda: shop.got)
    assert shop.got == {1: (0x58, b"")}
    assert client.counters.throttled == 1


@pytest.mark.parametrize(
    ("text", "data_coding"), [("STOP please", 0), ("Réponse : 中文", 8)], ids=["gsm", "ucs2"]
)
async def test_an_inbound_text_is_read_and_acknowledged(smsc, make_link, until, text, data_coding):
    _, shop = await make_link(smsc.port)
    message = text.encode("utf-16-be" if data_coding == 8 else "ascii")
    smsc.tell(source="33698765432", destination="36034", message=message.hex(), data_coding=data_coding)
    await until(lambda: shop.messages)
    [delivered] = shop.messages
    assert (delivered.source, delivered.destination) == (b"33698765432", b"36034")
    assert decode(delivered.text, delivered.data_coding, udhi=False).text == text
    assert (await smsc.wait("delivered"))[0]["status"] == 0


async def test_a_concatenated_inbound_text_is_read(smsc, make_link, until):
    _, shop = await make_link(smsc.port)
    for number, part in enumerate(("I would like ", "to stop"), start=1):
        header = bytes((5, 0, 3, 0x51, 2, number))
        smsc.tell(
            source="33698765432",
            destination="36034",
            message=(header + part.encode()).hex(),
            data_coding=0,
            esm_class=0x40,
        )
    await until(lambda: len(shop.messages) == 2)
    read = [decode(one.text, one.data_coding, udhi=one.esm_class & 0x40 > 0) for one in shop.messages]
    assert "".join(one.text for one in read) == "I would like to stop"
    assert [(one.part.reference, one.part.total, one.part.number) for one in read] == [
        (0x51, 2, 1),
        (0x51, 2, 2),
    ]


async def test_a_node_encoded_text_is_decoded(smsc, make_link, until):
    # smpp34 takes octets alone; node-smpp encodes strings itself.
    text = "Prix : 5 £ @ l'entrée" if smsc.name == "node_smsc.js" else "plain"
    _, shop = await make_link(smsc.port)
    smsc.tell(source="33698765432", destination="36034", text=text)
    await until(lambda: shop.messages)
    [delivered] = shop.messages
    assert decode(delivered.text, 0, udhi=False).text == text


@pytest.mark.parametrize("kind", list(BindKind))
async def test_every_kind_of_bind_and_a_clean_goodbye(smsc, make_link, kind):
    client, _ = await make_link(smsc.port, bind=kind)
    assert client.room() == (0 if kind is BindKind.RECEIVER else 10)
    await client.stop()
    assert client.state is LinkState.STOPPED
    await smsc.wait("unbind")


async def test_a_thousand_texts_through_a_small_window(smsc, make_link, until):
    client, shop = await make_link(smsc.port, window=50)
    body = SubmitTemplate(b"ACME", source_ton=5, source_npi=0, registered_delivery=0).body
    left = list(range(1000))

    def fill(room: int) -> None:
        batch, left[:] = left[:room], left[room:]
        client.submit([(token, body(b"336%08d" % (token * 100), b"hi")) for token in batch])

    shop.ready = fill
    fill(client.room())
    await until(lambda: len(shop.got) == 1000)
    assert {status for status, _ in shop.got.values()} == {0}
    assert len({message_id for _, message_id in shop.got.values()}) == 1000


async def test_refused_credentials_stop_the_link(start_peer, make_link, until):
    smsc = await start_peer("node_smsc.js")
    [listening] = await smsc.wait("listening")
    client, shop = await make_link(listening["port"], bound=False, password="wrong")
    await until(lambda: shop.refusals)
    assert shop.refusals == [0x0E]
    assert client.state is LinkState.REFUSED


async def test_the_link_is_kept_alive(start_peer, make_link, until):
    smsc = await start_peer("node_smsc.js")
    [listening] = await smsc.wait("listening")
    client, _ = await make_link(listening["port"], enquire_interval=0.1)
    await smsc.wait("enquire_link", 2)
    assert client.state is LinkState.BOUND
