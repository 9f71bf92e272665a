"""Octets from outside never make the sms room raise: hypothesis, then atheris guided by coverage."""

import subprocess
import sys
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chappe.sms import inbound, keywords, provider_ids, udh
from chappe.sms.options import Charset
from chappe.sms.receipt import looks_like_receipt, parse
from chappe.sms.receipt_batch import parse_batch

TARGET = Path(__file__).with_name("sms_target.py")
RUNS = 20_000

thorough = settings(max_examples=1_500, deadline=None)
octets = st.binary(max_size=280)


@thorough
@given(octets, st.dictionaries(st.integers(0, 0xFFFF), octets, max_size=3))
@example(b"id:1 stat:DELIVRD done date:9999999999", {})
@example(b"\0i\0d\0:", {0x1E: b"", 0x427: b"\xff", 0x423: b"\x03\xff\xff"})
def test_receipts(payload: bytes, tlvs: dict[int, bytes]) -> None:
    found = parse(payload, tlvs)
    looks_like_receipt(payload)
    if found.id is not None:
        provider_ids.candidates(found.id)
    (common,) = parse_batch([payload])
    assert common is None or common[0] == parse(payload).id


@thorough
@given(octets, st.integers(0, 255), st.booleans(), st.sampled_from(Charset))
@example(b"\xff", 0, True, Charset.GSM7)
@example(b"\x05\x00\x03\x01\x00\x00\x1b", 0, True, Charset.GSM7)
def test_inbound(payload: bytes, data_coding: int, udhi: bool, charset: Charset) -> None:
    found = inbound.decode(payload, data_coding, udhi, charset)
    keywords.classify(found.text)
    assert payload.endswith(found.body)


@thorough
@given(octets)
def test_headers(payload: bytes) -> None:
    header, body = udh.parse(payload)
    assert udh.compose(header.elements) + body == payload or not header.whole or not header.elements


def test_coverage_guided(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(TARGET),
        f"-runs={RUNS}",
        "-seed=1",
        "-max_len=280",
        "-timeout=60",
        "-rss_limit_mb=1024",
    ]
    run = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    assert f"Done {RUNS} runs" in run.stderr
