"""Files of text, as programs write them."""

import codecs
import io
import random

import pytest

from chappe.signup.delimited import LONGEST_LINE, delimited_rows, sniff
from chappe.signup.encodings import detect
from chappe.signup.errors import NotATable
from chappe.signup.model import BrokenRow

ROWS = [["téléphone", "prénom", "ville"], ["0612345678", "Zoé", "Nîmes"], ["0698765432", "L'Haÿ", "Œuf €"]]


def read(data: bytes) -> list[list[str] | BrokenRow]:
    return list(delimited_rows(io.BytesIO(data)))


def written(delimiter: str, ends: str) -> str:
    return "".join(delimiter.join(row) + ends for row in ROWS)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ends"),
    [
        (encoding, delimiter, ends)
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
        for delimiter in ",;\t|"
        for ends in ("\n", "\r\n", "\r")
    ],
)
def test_every_encoding_delimiter_and_line_end(encoding: str, delimiter: str, ends: str) -> None:
    assert read(written(delimiter, ends).encode(encoding)) == ROWS


def test_utf_16_big_endian_with_its_mark() -> None:
    assert read(codecs.BOM_UTF16_BE + written(";", "\r\n").encode("utf-16-be")) == ROWS


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"phone\n0612345678\n", "utf-8"),
        ("prénom\n".encode(), "utf-8"),
        ("prénom\n".encode("cp1252"), "cp1252"),
        ("10 €\n".encode("cp1252"), "cp1252"),
        (b"pr\xe9nom\x81\n", "latin-1"),
        (b"x" * (1 << 21) + "é".encode(), "utf-8"),  # the odd character is the last of two megabytes
        (b"x" * (1 << 21) + b"\xe9", "cp1252"),
        (b"x" * ((1 << 20) - 1) + "é".encode(), "utf-8"),  # cut in two by a block
    ],
)
def test_detection(data: bytes, encoding: str) -> None:
    assert detect(io.BytesIO(data)) == encoding


def test_two_exports_put_together_are_both_read() -> None:
    data = "prénom\nZoé\nAnaïs\n".encode() + "Chloé\n".encode("cp1252")
    assert read(data) == [["prénom"], ["Zoé"], ["Anaïs"], ["Chloé"]]


def test_quotes_hold_delimiters_quotes_and_line_ends() -> None:
    data = b'phone,note\r\n0612345678,"a, ""b""\r\nc"\r\n0698765432,d\r\n'
    assert read(data) == [["phone", "note"], ["0612345678", 'a, "b"\r\nc'], ["0698765432", "d"]]


def test_excel_states_its_delimiter() -> None:
    assert read(b"sep=;\r\nphone;note\r\n0612345678;a,b,c,d\r\n") == [
        ["phone", "note"],
        ["0612345678", "a,b,c,d"],
    ]


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("phone\n0612345678\n", ","),
        ("téléphone;note\n06;a, b, c\n07;d, e\n08;f\n", ";"),
        ("phone\tnote\n06\ta;b\n07\tc\n", "\t"),
        ('phone,name\n06,"Durand; Anna"\n07,"Petit; Jean"\n', ","),
        ("", ","),
    ],
)
def test_sniffing(sample: str, delimiter: str) -> None:
    assert sniff(sample) == delimiter


def test_a_field_of_ten_megabytes_is_one_broken_row() -> None:
    data = b"phone,note\n0612345678," + b"x" * 10_000_000 + b"\n0698765432,ok\n"
    header, broken, after = read(data)
    assert header == ["phone", "note"]
    assert isinstance(broken, BrokenRow)
    assert f"{LONGEST_LINE:,}" in broken.reason
    assert broken.raw.startswith("0612345678,xxx")
    assert after == ["0698765432", "ok"]


def test_a_quote_that_never_closes_swallows_a_part_and_says_so() -> None:
    lines = [f"06{n:08d},note" for n in range(20_000)]
    lines[10] = '0600000010,"never closed'
    rows = read("\n".join(["phone,note", *lines]).encode())
    broken = [row for row in rows if isinstance(row, BrokenRow)]
    assert len(broken) == 1
    assert "quote" in broken[0].reason
    assert "lines" in broken[0].reason
    assert rows[-1] == ["0600019999", "note"]
    assert rows[10] == ["0600000009", "note"]


def test_nul_and_blank_lines_are_handed_on() -> None:
    assert read(b"phone\n06\x0012\n\n07\n") == [["phone"], ["06\x0012"], [], ["07"]]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("size", [300, 5_000, 200_000])
def test_random_bytes_are_no_table(seed: int, size: int) -> None:
    with pytest.raises(NotATable, match="neither CSV nor XLSX"):
        read(random.Random(seed).randbytes(size))


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01" + bytes(57) + b"\x03\x00>\x00" * 50,
        b"SQLite format 3\x00\x10\x00\x01\x01\x00@  " + bytes(500),
        bytes(100),
    ],
)
def test_files_of_programs_are_no_table(data: bytes) -> None:
    with pytest.raises(NotATable):
        read(data)


def test_the_file_stays_open() -> None:
    file = io.BytesIO(b"a\nb\n")
    rows = delimited_rows(file)
    next(rows)
    rows.close()
    assert not file.closed
