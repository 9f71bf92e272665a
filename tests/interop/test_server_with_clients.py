"""Our carrier's port against clients that nobody here wrote: smpplib, smpp34 and node-smpp."""

import pytest

from chappe.smpp.constants import BindKind, Tag
from chappe.smpp.events import LostReason
from chappe.smpp.template import MessageTemplate
from chappe.sms.inbound import decode
from chappe.sms.parts import split

LONG = "All the world is a stage and all the men and women merely players. " * 4
UNICODE = "Le télégraphe de Chappe : 中文 " * 5
HANDSET = MessageTemplate(b"33698765432", source_ton=1, source_npi=1, registered_delivery=0)


@pytest.fixture(params=["smpplib_esme.py", "smpp34_esme.py", "node_esme.js"])
async def bind(request, start_peer, carrier):
    """`await bind(kind)` starts the client; it is bound when this returns."""

    async def start(kind="transceiver"):
        peer = await start_peer(request.param, carrier[1], kind, "secret")
        [bound] = await peer.wait("bound")
        assert (bound["status"], bound.get("system_id", "chappe")) == (0, "chappe")
        peer.cuts_itself = request.param == "smpplib_esme.py"
        return peer

    return start


async def test_a_text_is_taken_answered_and_reported(bind, carrier, until):
    owner, _ = carrier
    esme = await bind()
    esme.tell(
        command="submit", source="ACME", destination="33612345678", texts=["Hello Claude"], receipt=True
    )
    [answer] = await esme.wait("answer")
    assert (answer["status"], answer["message_id"]) == (0, "1a30")
    [message] = owner.submits_seen
    assert (message.source, message.destination, message.text) == (b"ACME", b"33612345678", b"Hello Claude")
    assert message.tlv(Tag.USER_MESSAGE_REFERENCE) == b"\0\x09"
    [receipt] = await esme.wait("deliver")
    assert receipt["text"].startswith(f"id:{0x1A30:010d} ")
    assert (receipt["esm_class"], receipt["message_state"]) == (4, 2)
    assert receipt["receipted_message_id"] == "1a30"
    assert (receipt["source"], receipt["destination"]) == ("33612345678", "ACME")
    await until(lambda: owner.acknowledged == [(0x1A30, 0, b"")])


@pytest.mark.parametrize("text", [LONG, UNICODE], ids=["gsm", "ucs2"])
async def test_a_long_text_is_put_together_again(bind, carrier, until, text):
    owner, _ = carrier
    esme = await bind()
    texts = [text] if esme.cuts_itself else [text[:60], text[60:120], text[120:180], text[180:]]
    texts = [part for part in texts if part]
    esme.tell(command="submit", source="ACME", destination="33612345678", texts=texts, receipt=True)
    await until(lambda: owner.submits_seen)
    first = decode(owner.submits_seen[0].text, owner.submits_seen[0].data_coding, udhi=True)
    await until(lambda: len(owner.submits_seen) == first.part.total)
    read = [decode(one.text, one.data_coding, udhi=True) for one in owner.submits_seen]
    assert "".join(one.text for one in sorted(read, key=lambda one: one.part.number)) == text
    assert len({one.part.reference for one in read}) == 1
    await esme.wait("answer", first.part.total)
    assert len(await esme.wait("deliver", first.part.total)) == first.part.total


async def test_a_refusal_is_heard(bind, carrier):
    esme = await bind()
    esme.tell(command="submit", source="ACME", destination="33600000058", texts=["too fast"])
    [answer] = await esme.wait("answer")
    assert (answer["status"], answer.get("message_id") or "") == (0x58, "")


@pytest.mark.parametrize(
    ("text", "data_coding"), [("STOP please", 0), ("Réponse : 中文", 8)], ids=["gsm", "ucs2"]
)
async def test_an_inbound_text_is_delivered(bind, carrier, until, text, data_coding):
    owner, _ = carrier
    esme = await bind()
    octets = text.encode("utf-16-be" if data_coding == 8 else "ascii")
    owner.sessions[0].deliver([(7, HANDSET.body(b"36034", octets, data_coding=data_coding))])
    [delivered] = await esme.wait("deliver")
    assert (delivered["source"], delivered["destination"]) == ("33698765432", "36034")
    assert (delivered["text"], delivered["data_coding"]) == (text, data_coding)
    await until(lambda: owner.acknowledged == [(7, 0, b"")])


async def test_a_concatenated_inbound_text_is_delivered(bind, carrier, until):
    owner, _ = carrier
    esme = await bind()
    parts = split(LONG, reference=9)
    batch = [
        (token, HANDSET.body(b"36034", payload, esm_class=parts.esm_class))
        for token, payload in enumerate(parts.payloads)
    ]
    owner.sessions[0].deliver(batch)
    # smpp34 hands deliveries to its owner in no certain order: the headers say where each belongs.
    delivered = sorted(await esme.wait("deliver", len(batch)), key=lambda one: one["header"])
    assert "".join(one["text"] for one in delivered) == LONG
    # node-smpp gives the elements without the length octet.
    assert all(one["header"].removeprefix("05").startswith("0003") for one in delivered)
    await until(lambda: len(owner.acknowledged) == len(batch))


@pytest.mark.parametrize("kind", ["transmitter", "receiver", "transceiver"])
async def test_every_kind_of_bind_and_a_clean_goodbye(bind, carrier, until, kind):
    owner, _ = carrier
    esme = await bind(kind)
    [session] = owner.sessions
    assert session.kind is BindKind(kind)
    assert session.can_deliver is (kind != "transmitter")
    esme.tell(command="unbind")
    await esme.wait("closed")
    await until(lambda: owner.losses)
    assert owner.losses == [LostReason.PEER_UNBOUND]


@pytest.mark.parametrize("script", ["smpplib_esme.py", "smpp34_esme.py", "node_esme.js"])
async def test_a_wrong_password_is_refused(start_peer, carrier, script):
    peer = await start_peer(script, carrier[1], "transceiver", "wrong")
    [bound] = await peer.wait("bound")
    assert bound["status"] == 0x0E


async def test_enquire_link_is_answered(start_peer, carrier):
    peer = await start_peer("node_esme.js", carrier[1], "transceiver", "secret")
    await peer.wait("enquire_link_resp", 2)
