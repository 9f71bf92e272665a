"""smpp34's Client, spoken to in JSON lines as `node_esme.js` is."""

import asyncio
import json
import sys

import smpp34

BINDS = {"transmitter": "TX", "receiver": "RX", "transceiver": "TRX"}


def say(event: dict) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


async def deliveries(smsc: smpp34.Smsc) -> None:
    while isinstance(event := await smsc.next(), smpp34.DeliverSmEvent):
        tlvs = {tlv.tag: tlv.value for tlv in event.tlvs}
        message, header = event.short_message, b""
        if event.esm_class & 0x40:
            header, message = message[: message[0] + 1], message[message[0] + 1 :]
        say(
            {
                "event": "deliver",
                "source": event.source_addr,
                "destination": event.destination_addr,
                "esm_class": event.esm_class,
                "data_coding": event.data_coding,
                "text": message.decode("utf-16-be" if event.data_coding == 8 else "ascii"),
                "header": header.hex(),
                "receipted_message_id": tlvs.get(smpp34.TLV_RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode(),
                "message_state": int.from_bytes(tlvs.get(smpp34.TLV_MESSAGE_STATE, b""), "big"),
            }
        )
    say({"event": "closed"})


async def submit(smsc: smpp34.Smsc, order: dict) -> None:
    texts = order["texts"]
    for number, text in enumerate(texts, start=1):
        ucs2 = any(ord(char) > 127 for char in "".join(texts))
        message = text.encode("utf-16-be" if ucs2 else "ascii")
        header = bytes((5, 0, 3, 77, len(texts), number)) if len(texts) > 1 else b""
        answer = await smsc.submit_sm(
            order["destination"],
            header + message,
            source_addr=order["source"],
            registered_delivery=1 if order.get("receipt") else 0,
            esm_class=0x40 if header else 0,
            data_coding=8 if ucs2 else 0,
            tlvs=[smpp34.Tlv(smpp34.TLV_USER_MESSAGE_REFERENCE, b"\0\x09")],
        )
        say({"event": "answer", "status": answer.command_status, "message_id": answer.message_id or ""})


async def main(port: int, kind: str, password: str) -> None:
    client = smpp34.Client(
        "127.0.0.1", port, "smpp34", password, bind_type=BINDS[kind], connect_timeout_ms=2000
    )
    try:
        smsc = await client.connect()
    except smpp34.SmppError as error:
        say({"event": "bound", "status": 0x0E, "text": str(error)})
        return
    # smsc.system_id is the client's own: smpp34 does not show the carrier's.
    say({"event": "bound", "status": 0})
    listening = asyncio.ensure_future(deliveries(smsc))
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        if order["command"] == "unbind":
            await smsc.unbind()
            break
        await submit(smsc, order)
    await listening


asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
