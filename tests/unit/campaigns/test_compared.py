"""A campaign against the one before it."""

from chappe.campaigns.compared import Change


def test_fewer_opt_outs_are_good_news_and_more_deliveries_too() -> None:
    assert (Change(-1.5, better=True).direction, Change(-1.5, better=True).judgement) == ("down", "good")
    assert (Change(2.0, better=False).direction, Change(2.0, better=False).judgement) == ("up", "bad")


def test_what_did_not_move_is_neither() -> None:
    assert (Change(0.0, better=False).direction, Change(0.0, better=False).judgement) == ("flat", "plain")
