"""The journal and its replay: what a killed process leaves behind is read as it was written."""

import errno
import os
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.engine.journal import Journal, JournalUnavailable, LinkHeldHere
from chappe.engine.replay import replay
from chappe.engine.tokens import single, tokens_of

BOOT = b"b" * 16


def journal(folder: Path, *, segment_bytes: int = 1 << 20) -> Journal:
    found = Journal(folder, boot=BOOT, carrier=7, segment_bytes=segment_bytes)
    found.lock()
    found.begin(3)
    return found


def test_what_was_written_and_answered_is_told(tmp_path: Path) -> None:
    one = journal(tmp_path)
    long = tokens_of(12, 2)
    one.written(5, [(100, [single(10), single(11)]), (101, long)])
    one.answered([single(11), long[0]], [0, 0x58], [b"id-11", b""])
    told = replay(one.segments(), boot=BOOT, carrier=7)
    assert told.sessions == {3}
    assert told.written == {100: {10: [single(10)], 11: [single(11)]}, 101: {12: long}}
    assert told.answers == {single(11): (0, b"id-11"), long[0]: (0x58, b"")}


def test_a_second_write_makes_the_first_answer_void(tmp_path: Path) -> None:
    one = journal(tmp_path)
    one.written(5, [(100, [single(10)])])
    one.answered([single(10)], [0x58], [b""])
    one.written(6, [(100, [single(10)])])
    assert replay(one.segments(), boot=BOOT, carrier=7).answers == {}


@given(cut=st.integers(min_value=0, max_value=400))
@settings(max_examples=60, deadline=None)
def test_a_truncated_tail_ends_the_segment_and_raises_nothing(tmp_path_factory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("journal")
    one = journal(folder)
    for n in range(5):
        one.written(n, [(100, [single(n)])])
        one.answered([single(n)], [0], [b"x" * 20])
    one.close(clean=False)
    path = one.segments()[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - cut)])
    told = replay([path], boot=BOOT, carrier=7)
    written = told.written.get(100, {})
    assert list(written) == list(range(len(written)))
    assert set(told.answers) <= {single(n) for n in written}


def test_a_damaged_record_ends_the_segment(tmp_path: Path) -> None:
    one = journal(tmp_path)
    one.written(1, [(100, [single(1)])])
    one.written(2, [(100, [single(2)])])
    path = one.segments()[0]
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 0xFF
    path.write_bytes(damaged)
    told = replay([path], boot=BOOT, carrier=7)
    assert list(told.written[100]) == [1]
    assert told.truncated == 1


def test_another_boot_or_carrier_is_not_believed(tmp_path: Path) -> None:
    one = journal(tmp_path)
    one.written(1, [(100, [single(1)])])
    assert not replay(one.segments(), boot=b"c" * 16, carrier=7).sessions
    assert not replay(one.segments(), boot=BOOT, carrier=8).sessions


def test_segments_go_when_their_chunks_are_finished(tmp_path: Path) -> None:
    one = journal(tmp_path, segment_bytes=100)
    for n in range(10):
        one.written(n, [(100 + n, [single(n)])])
    assert len(one.segments()) > 2
    for n in range(9):
        one.finished(100 + n)
    told = replay(one.segments(), boot=BOOT, carrier=7)
    assert 109 in told.written
    assert len(one.segments()) <= 2
    one.finished(109)
    one.close(clean=True)
    assert one.segments() == []


def test_answers_in_a_later_segment_live_as_long_as_their_chunk(tmp_path: Path) -> None:
    one = journal(tmp_path, segment_bytes=150)
    one.written(1, [(100, [single(1)])])
    for n in range(10, 20):
        one.written(n, [(n, [single(n)])])
    one.answered([single(1)], [0], [b"late"])
    for n in range(10, 20):
        one.finished(n)
    assert replay(one.segments(), boot=BOOT, carrier=7).answers[single(1)] == (0, b"late")


def test_one_process_holds_a_folder(tmp_path: Path) -> None:
    one = journal(tmp_path)
    other = Journal(tmp_path, boot=BOOT, carrier=7)
    with pytest.raises(LinkHeldHere):
        other.lock()
    one.close(clean=True)
    other.lock()
    other.close(clean=True)


def test_a_full_disk_leaves_no_half_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = journal(tmp_path)
    one.written(1, [(100, [single(1)])])
    write = os.write

    def half(file: int, data: bytes) -> int:
        return write(file, data[: len(data) // 2])

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for broken in (half, full):
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", broken)
            with pytest.raises(JournalUnavailable):
                one.written(2, [(100, [single(2)])])
    one.written(3, [(100, [single(3)])])
    told = replay(one.segments(), boot=BOOT, carrier=7)
    assert list(told.written[100]) == [1, 3]
    assert told.truncated == 0


@pytest.mark.parametrize("room", [0, 5], ids=["none", "half a record"])
def test_a_file_that_may_not_grow_is_written_on_later(tmp_path: Path, room: int) -> None:
    """The kernel's own refusal: the limit lies below what the file has, or within the next record."""
    one = journal(tmp_path)
    one.written(1, [(100, [single(1)])])
    (segment,) = one.segments()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (segment.stat().st_size + room if room else 1, hard))
    try:
        with pytest.raises(JournalUnavailable, match="Free space"):
            one.written(2, [(100, [single(2)])])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    one.written(3, [(100, [single(3)])])
    told = replay(one.segments(), boot=BOOT, carrier=7)
    assert list(told.written[100]) == [1, 3]
    assert told.truncated == 0
