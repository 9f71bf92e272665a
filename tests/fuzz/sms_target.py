"""An atheris target for what the sms room reads from carriers; run by test_sms.py, or by hand for longer:

python tests/fuzz/sms_target.py -max_total_time=600
"""

import sys

import atheris

with atheris.instrument_imports(include=["chappe.sms"]):
    from chappe.sms import inbound, keywords, provider_ids
    from chappe.sms.parts import split
    from chappe.sms.receipt import parse
    from chappe.sms.receipt_batch import parse_batch
    from chappe.sms.replacement import Level, replace


def read_everything(octets: bytes) -> None:
    """The first octet is the data_coding; the second chooses a header or not."""
    if len(octets) < 2:
        return
    payload = octets[2:]
    receipt = parse(payload, {0x1E: payload[:70], 0x427: octets[:1], 0x423: octets[-3:]})
    provider_ids.candidates(receipt.id or "")
    (common,) = parse_batch([payload])
    if common is not None:
        assert common[0] == parse(payload).id
    text = inbound.decode(payload, octets[0], bool(octets[1] & 1)).text
    keywords.classify(text)
    replaced = replace(text, Level.ACCENTS).text
    assert "".join(split(replaced).texts) == replaced


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_everything)
    atheris.Fuzz()
