"""The log written and read, and what the checks say of it."""

import pytest

from chappe.lab import checks
from chappe.lab.log import BoundRow, FrameKind, LogWriter, read_log
from chappe.smpp.submits import Submits
from chappe.sms.parts import split


@pytest.fixture
def log(tmp_path, monkeypatch):
    writer = LogWriter(tmp_path / "lab.log")
    writer.open()
    writer.bound(1, BoundRow("alpha", "acme", "transceiver", "127.0.0.1:1"))
    writer.bound(2, BoundRow("beta", "acme", "transmitter", "127.0.0.1:2"))
    yield writer
    writer.close()


@pytest.fixture
def at(monkeypatch):
    """`at(seconds)` sets the monotonic time of the frames that follow."""

    def set_time(seconds):
        monkeypatch.setattr("chappe.lab.log.time.monotonic_ns", lambda: int(seconds * 1e9))

    return set_time


def path(writer):
    writer.flush()
    return writer.path


def test_submits_are_joined_with_their_answers(log, submit, at):
    at(5)
    log.submits(1, Submits.of([submit("1", sequence=1), submit("2", sequence=2), submit("3", sequence=3)]))
    log.submits(2, Submits.of([submit("4", sequence=1)]))
    log.answers(1, [(2, 0x58, b""), (1, 0, b"id-1")])
    log.answers(2, [(1, 0, b"id-4")])
    found = checks.submits(path(log))
    assert [(s.ordinal, s.destination, s.carrier, s.status, s.id) for s in found] == [
        (0, "1", "alpha", 0, "id-1"),
        (1, "2", "alpha", 0x58, None),
        (2, "3", "alpha", None, None),
        (3, "4", "beta", 0, "id-4"),
    ]
    assert found[0].monotonic_ns == 5_000_000_000
    assert checks.statuses(path(log)) == {0: 2, 0x58: 1, None: 1}
    assert checks.destinations(path(log)) == {"1", "2", "3", "4"}
    assert [s.ordinal for s in checks.submits(path(log), since=1, limit=2)] == [1, 2]
    assert [s.ordinal for s in checks.submits(path(log), destination="+4")] == [3]


def test_a_sequence_that_is_used_again_starts_another_submit(log, submit):
    log.submits(1, Submits.of([submit("1", sequence=1)]))
    log.submits(1, Submits.of([submit("2", sequence=1)]))
    log.answers(1, [(1, 0, b"id")])
    log.submits(1, Submits.of([submit("3", sequence=1)]))
    assert [s.status for s in checks.submits(path(log))] == [None, 0, None]


def test_repeated_parts_are_those_not_refused_in_between(log, submit):
    long = split("é" * 300, reference=9)
    for sequence, payload in enumerate(long.payloads, 1):
        log.submits(1, Submits.of([submit("1", sequence=sequence, text=payload, esm_class=0x40)]))
    log.submits(1, Submits.of([submit("2", sequence=11)]))
    log.answers(1, [(11, 0x58, b"")])
    log.submits(1, Submits.of([submit("2", sequence=12), submit("3", sequence=13), submit("3", sequence=14)]))
    log.answers(1, [(12, 0, b"a"), (13, 0, b"b")])
    counts = checks.submits_per_part(path(log))
    assert counts == {("1", 1): 1, ("1", 2): 1, ("2", 1): 1, ("3", 1): 2}
    assert checks.submits_per_part(path(log), refused=True)["2", 1] == 2
    assert checks.repeated(path(log)) == {("3", 1): 2}
    parts = [(s.reference, s.total, s.part) for s in checks.submits(path(log), destination="1")]
    assert parts == [(9, 2, 1), (9, 2, 2)]


def test_parts_tied_by_sar_tlvs(log, submit):
    tlvs = ((0x020C, b"\x01\x02"), (0x020E, b"\x03"), (0x020F, b"\x02"))
    log.submits(1, Submits.of([submit("1", tlvs=tlvs)]))
    (found,) = checks.submits(path(log))
    assert (found.reference, found.total, found.part) == (0x0102, 3, 2)
    assert checks.submits_per_part(path(log)) == {("1", 2): 1}


def test_a_text_in_message_payload_is_logged(log, submit):
    log.submits(1, Submits.of([submit("1", text=b"", tlvs=((0x0424, b"long"),))]))
    assert checks.submits(path(log))[0].text == "long"


def test_the_busiest_and_the_quietest_second(log, batch, at):
    for seconds, parts in ((10.0, 30), (10.5, 30), (10.99, 30), (11.0, 30), (12.6, 5), (13.0, 50)):
        at(seconds)
        log.submits(1 if parts > 5 else 2, batch(parts))
    assert checks.busiest_second(path(log)) == 90
    assert checks.busiest_second(path(log), "beta") == 5
    assert checks.quietest_second(path(log)) == 0
    assert checks.quietest_second(path(log), "beta") == 0


def test_the_quietest_second_of_a_steady_stream(log, batch, at):
    for tenth in range(40):
        at(20 + tenth / 10)
        log.submits(1, batch(3 if tenth == 20 else 10))
    assert checks.busiest_second(path(log)) == 100
    assert 83 <= checks.quietest_second(path(log)) <= 93


def test_submits_after_an_instant(log, submit, at):
    at(1)
    log.submits(1, Submits.of([submit("1", sequence=1)]))
    at(2)
    log.submits(1, Submits.of([submit("1", sequence=2), submit("2", sequence=3)]))
    assert [s.destination for s in checks.submits_after(path(log), 1_500_000_000)] == ["1", "2"]
    assert [s.sequence for s in checks.submits_after(path(log), 1_500_000_000, ["+2"])] == [3]
    assert checks.submits_after(path(log), 2_000_000_000) == []


def test_receipts_and_replies_with_their_acknowledgement(log, at):
    receipt = (b"id-1", b"\x01\x0133612345678\0", b"\x03\x0036111\0", b"2611221504", 2, b"")
    reply = (b"", b"33612345678", b"36111", b"", 0, "Été".encode())
    at(1)
    log.deliveries(1, [7, 8], [receipt, reply])
    log.acks(1, [(7, 0x64, b"")])
    at(2)
    log.deliveries(2, [7], [receipt])
    log.acks(2, [(7, 0, b"")])
    (sent,) = checks.receipts(path(log))
    assert (sent.id, sent.phone, sent.sender, sent.state) == ("id-1", "33612345678", "36111", "DELIVERED")
    assert (sent.times, sent.acked, sent.monotonic_ns) == (2, True, 1_000_000_000)
    (answer,) = checks.replies(path(log))
    assert (answer.phone, answer.sender, answer.acked) == ("33612345678", "36111", False)


def test_a_frame_that_is_still_being_written_ends_the_reading(log, submit):
    log.submits(1, Submits.of([submit("1")]))
    log.submits(1, Submits.of([submit("2")]))
    log.gone(1, "closed")
    whole = path(log).read_bytes()
    sizes = []
    for cut in range(len(whole)):
        path(log).write_bytes(whole[:cut])
        sizes.append(len(list(read_log(log.path))))
    assert sizes == sorted(sizes)
    assert set(sizes) == {0, 1, 2, 3, 4}


def test_only_the_frames_that_are_wanted_are_read(log, submit):
    log.submits(1, Submits.of([submit("1")]))
    log.gone(1, "closed")
    assert [f.kind for f in read_log(path(log), kinds=frozenset({FrameKind.GONE}))] == [FrameKind.GONE]


def test_a_log_at_its_limit_begins_again_with_the_links_that_are_bound(tmp_path, batch, submit):
    log = LogWriter(tmp_path / "lab.log", limit=10_000)
    log.open()
    log.bound(1, BoundRow("alpha", "acme", "transceiver", "127.0.0.1:1"))
    log.bound(2, BoundRow("beta", "acme", "transceiver", "127.0.0.1:2"))
    log.gone(2, "closed")
    log.submits(1, batch(20, text=b"x" * 100))
    log.flush()
    for _ in range(6):
        log.submits(1, batch(40, text=b"x" * 100))
        log.flush()
    assert log.earlier.stat().st_size < 20_000
    log.answers(1, [(1, 0, b"of a submit in the earlier file")])
    log.submits(1, Submits.of([submit("1", sequence=99)]))
    log.close()
    (link,) = next(frame for frame in read_log(log.path) if frame.kind == FrameKind.BOUND).rows
    assert link.carrier == "alpha"
    found = checks.submits(log.path)
    assert (found[-1].destination, found[-1].carrier) == ("1", "alpha")
    assert len(found) < 40
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lab.log", "lab.log.1"]


def test_another_file_is_no_log(tmp_path):
    (tmp_path / "x").write_bytes(b"something else altogether")
    with pytest.raises(ValueError, match="no log"):
        list(read_log(tmp_path / "x"))


def test_large_batches_leave_at_once(log, batch):
    before = log.path.stat().st_size
    log.submits(1, batch(5_000, text=b"x" * 150))
    assert log.path.stat().st_size > before + 5_000 * 150


def test_without_a_path_nothing_is_written(submit):
    writer = LogWriter(None)
    writer.open()
    writer.submits(1, Submits.of([submit()]))
    writer.answers(1, [(1, 0, b"x")])
    writer.close()
    assert writer.frames == 0
