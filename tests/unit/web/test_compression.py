"""Gzipped pages: the same text comes out, and their length does not tell what is in them."""

import gzip

from chappe.web.compression import gzipped


def test_what_goes_in_comes_out() -> None:
    for text in (b"", b"x", "Bonjour à tous ".encode() * 500):
        assert gzip.decompress(gzipped(text)) == text


def test_the_length_of_the_same_page_varies() -> None:
    page = b"<p>the same words</p>" * 100
    assert len({len(gzipped(page)) for _ in range(200)}) > 30
