"""smpplib as the client, spoken to in JSON lines as `node_esme.js` is. It cuts long texts itself."""

import json
import os
import select
import sys

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm


def say(event: dict) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def delivered(pdu: object) -> int:
    message, header = pdu.short_message or b"", b""
    if pdu.esm_class & 0x40:
        header, message = message[: message[0] + 1], message[message[0] + 1 :]
    say(
        {
            "event": "deliver",
            "source": pdu.source_addr.decode(),
            "destination": pdu.destination_addr.decode(),
            "esm_class": pdu.esm_class,
            "data_coding": pdu.data_coding,
            "text": message.decode("utf-16-be" if pdu.data_coding == 8 else "ascii"),
            "header": header.hex(),
            "receipted_message_id": (pdu.receipted_message_id or b"").decode().rstrip("\0"),
            "message_state": pdu.message_state or 0,
        }
    )
    return smpplib.consts.SMPP_ESME_ROK


def answered(pdu: object) -> None:
    message_id = pdu.message_id or b""
    say({"event": "answer", "status": pdu.status, "message_id": message_id.decode()})


def submit(client: smpplib.client.Client, order: dict) -> None:
    parts, data_coding, esm_class = smpplib.gsm.make_parts("".join(order["texts"]))
    for part in parts:
        client.send_message(
            source_addr_ton=smpplib.consts.SMPP_TON_ALNUM,
            source_addr=order["source"],
            dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
            dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
            destination_addr=order["destination"],
            short_message=part,
            data_coding=data_coding,
            esm_class=esm_class,
            registered_delivery=bool(order.get("receipt")),
            user_message_reference=9,
        )


def main(port: int, kind: str, password: str) -> None:
    client = smpplib.client.Client("127.0.0.1", port, allow_unknown_opt_params=True)
    client.set_message_received_handler(delivered)
    client.set_message_sent_handler(answered)
    # The default handler raises on a refusal; here it is news.
    client.set_error_pdu_handler(lambda pdu: None)
    client.connect()
    bind = getattr(client, f"bind_{kind}")
    try:
        answer = bind(system_id="smpplib", password=password)
    except smpplib.exceptions.PDUError as error:
        say({"event": "bound", "status": error.args[1]})
        return
    say({"event": "bound", "status": 0, "system_id": answer.system_id.decode()})
    waiting = b""
    while True:
        readable, _, _ = select.select([sys.stdin, client._socket], [], [])
        if client._socket in readable:
            client.read_once()
        if sys.stdin in readable:
            waiting += os.read(sys.stdin.fileno(), 65536)
            while b"\n" in waiting:
                line, waiting = waiting.split(b"\n", 1)
                order = json.loads(line)
                if order["command"] == "unbind":
                    client.unbind()
                    client.disconnect()
                    say({"event": "closed"})
                    return
                submit(client, order)


main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
