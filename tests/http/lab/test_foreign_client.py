"""A client that nobody here wrote (smpplib) at the lab: what the lab says is SMPP, not a dialect of ours."""

import asyncio

import smpplib.client
import smpplib.consts

from chappe.lab.lab import Lab
from chappe.lab.loading import parse_scenario

SCENARIO = parse_scenario("""
[[carriers]]
name = "alpha"
binds.credentials = { acme = "secret" }
receipts.delay = 0.05
""")


def converse(host, port, received, answered):
    """Bind, submit two messages, read until two receipts and a reply are there, unbind."""
    client = smpplib.client.Client(host, port, timeout=10, allow_unknown_opt_params=True)
    client.set_message_received_handler(lambda pdu: received.append(pdu) or 0)
    client.set_message_sent_handler(lambda pdu: answered.append(pdu.message_id))
    client.connect()
    try:
        client.bind_transceiver(system_id="acme", password="secret")
        for number in ("33612345678", "33612345679"):
            client.send_message(
                source_addr_ton=smpplib.consts.SMPP_TON_NWSPEC,
                source_addr="36111",
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
                destination_addr=number,
                short_message=b"Bonjour",
                registered_delivery=True,
            )
        while len(received) < 3:
            client.read_once()
        client.unbind()
    finally:
        client.disconnect()


async def test_smpplib_submits_and_reads_receipts_and_a_reply(until):
    received, answered = [], []
    async with Lab(SCENARIO) as lab:
        talk = asyncio.create_task(
            asyncio.to_thread(converse, *lab.carrier("alpha").address, received, answered)
        )
        await until(lambda: lab.counters("alpha").acknowledged == 2)
        lab.reply("33612345678", to="36111", text="STOP")
        await talk
        assert lab.counters("alpha").submits == 2
    receipts = [pdu for pdu in received if pdu.esm_class & 0x04]
    assert {pdu.receipted_message_id.rstrip(b"\0") for pdu in receipts} == set(answered)
    assert all(b"stat:DELIVRD" in pdu.short_message for pdu in receipts)
    (reply,) = [pdu for pdu in received if not pdu.esm_class & 0x04]
    assert (reply.source_addr, reply.short_message) == (b"33612345678", b"STOP")
