"""smpp34's Server as the carrier, spoken to in JSON lines as `node_smsc.js` is."""

import asyncio
import json
import sys

import smpp34


def say(event: dict) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def described(event: smpp34.SubmitSmEvent) -> dict:
    tlvs = {tlv.tag: tlv.value for tlv in event.tlvs}
    body = event.short_message or tlvs.get(smpp34.TLV_MESSAGE_PAYLOAD, b"")
    udh = b""
    if event.esm_class & 0x40:
        udh, body = body[: body[0] + 1], body[body[0] + 1 :]
    sar = [
        int.from_bytes(tlvs[tag], "big")
        for tag in (smpp34.TLV_SAR_MSG_REF_NUM, smpp34.TLV_SAR_TOTAL_SEGMENTS, smpp34.TLV_SAR_SEGMENT_SEQNUM)
        if tag in tlvs
    ]
    return {
        "source": event.source_addr,
        "source_ton": event.source_addr_ton,
        "destination": event.destination_addr,
        "esm_class": event.esm_class,
        "data_coding": event.data_coding,
        "registered_delivery": event.registered_delivery,
        "text": body.decode("utf-16-be" if event.data_coding == 8 else "ascii"),
        "udh": udh.hex(),
        "sar": sar or None,
    }


async def deliver(esme: smpp34.Esme, destination: str, message: bytes, **fields: object) -> None:
    answer = await esme.deliver_sm(destination, message, **fields)
    say({"event": "delivered", "status": answer.command_status})


async def submitted(esme: smpp34.Esme, event: smpp34.SubmitSmEvent, number: int) -> None:
    say({"event": "submit", **described(event)})
    if event.destination_addr.endswith("58"):
        event.reject(smpp34.ESME_RTHROTTLED)
        return
    message_id = f"{number:x}"
    event.accept(message_id)
    if event.registered_delivery:
        text = (
            f"id:{message_id} sub:001 dlvrd:001 submit date:2611221500 "
            "done date:2611221501 stat:DELIVRD err:000 text:"
        )
        await deliver(
            esme,
            event.source_addr,
            text.encode(),
            source_addr=event.destination_addr,
            esm_class=4,
            tlvs=[
                smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0"),
                smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, b"\2"),
            ],
        )


async def commands(sessions: dict[str, smpp34.Esme]) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        # The ESME may know that it is bound before this side has been told of its session.
        while not sessions:
            await asyncio.sleep(0.005)
        await deliver(
            next(iter(sessions.values())),
            order["destination"],
            bytes.fromhex(order["message"]) if "message" in order else order["text"].encode(),
            source_addr=order["source"],
            esm_class=order.get("esm_class", 0),
            data_coding=order.get("data_coding", 0),
        )


async def main(port: int) -> None:
    server = smpp34.Server("127.0.0.1", port, system_id="smpp34")
    await server.start()
    say({"event": "listening", "port": port})
    sessions: dict[str, smpp34.Esme] = {}
    tasks = {asyncio.ensure_future(commands(sessions))}
    number = 0x1A2F
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            sessions[event.session_id] = event
            say({"event": "bind", "system_id": event.system_id, "status": 0})
        elif isinstance(event, smpp34.Unbound):
            sessions.pop(event.session_id, None)
            say({"event": "unbind"})
        else:
            number += 1
            tasks.add(asyncio.ensure_future(submitted(sessions[event.session_id], event, number)))


asyncio.run(main(int(sys.argv[1])))
