"""The bench measures real work and says what it measured."""

import pytest

from chappe.smpp.bench import measure


@pytest.mark.parametrize("receipts", [False, True])
def test_every_message_is_answered(receipts):
    figures = measure(2_000, window=50, receipts=receipts)
    assert (figures.messages, figures.window, figures.receipts) == (2_000, 50, receipts)
    assert figures.submits_per_second > 100
    assert (figures.receipts_per_second > 100) is receipts
