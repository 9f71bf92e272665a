"""The telegraph's positions: steady for a name, and only those that existed."""

from chappe.web.signals import signal_of


def test_a_name_keeps_its_position_and_names_differ() -> None:
    assert signal_of("Boulangerie Dupont") == signal_of("Boulangerie Dupont")
    assert len({signal_of(f"workspace {n}") for n in range(200)}) > 90


def test_an_arm_is_never_stretched_out_along_the_beam() -> None:
    for n in range(500):
        signal = signal_of(str(n))
        assert signal.regulator in (0, 45, 90, 135)
        assert {signal.left, signal.right} <= {45, 90, 135, 225, 270, 315}
