"""One attempt to bind a second and host."""

from chappe.smpp.bind_turns import BindTurns


def test_links_to_one_host_take_turns_of_a_second():
    turns = BindTurns()
    assert [turns.take("smsc.example", 10.0) for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]
    assert turns.take("smsc.example", 12.5) == 1.5
    assert turns.take("smsc.example", 60.0) == 0.0


def test_another_host_is_not_waited_for():
    turns = BindTurns()
    assert turns.take("one.example", 0.0) == 0.0
    assert turns.take("two.example", 0.0) == 0.0
