"""Scenarios: what is accepted, and how what is wrong is named."""

import msgspec
import pytest

from chappe.lab.loading import (
    BadScenario,
    convert_scenario,
    parse_scenario,
    preset,
    read_scenario,
    status_code,
    table_of,
)
from chappe.lab.scenario import IdStyle


def test_a_full_scenario_is_typed():
    scenario = parse_scenario("""
    seed = 7
    [[phones.replies]]
    share = 0.1
    text = "STOP"
    [[carriers]]
    name = "alpha"
    answers = { delay = [0.1, 0.2], errors = { ESME_RSYSERR = 0.1, "0x0400" = 0.1 } }
    ids = { answer = "hex", receipt = "decimal" }
    [[carriers]]
    name = "beta"
    """)
    alpha = scenario.carrier("alpha")
    assert alpha.answers.delay == (0.1, 0.2)
    assert alpha.ids.receipt is IdStyle.DECIMAL
    assert scenario.carrier("beta").port == 0
    assert scenario.phones.replies[0].after == (1.0, 5.0)
    with pytest.raises(KeyError):
        scenario.carrier("gamma")


def test_a_scenario_survives_json_and_files(tmp_path):
    scenario = preset("demo")
    assert convert_scenario(table_of(scenario)) == scenario
    (tmp_path / "s.json").write_bytes(msgspec.json.encode(scenario))
    (tmp_path / "s.toml").write_text('[[carriers]]\nname = "alpha"\n')
    assert read_scenario(tmp_path / "s.json") == scenario
    assert read_scenario(tmp_path / "s.toml").carriers[0].name == "alpha"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seed =", "not valid TOML"),
        ("seed = 1", "at its top: .*carriers"),
        ("carriers = []", "at carriers: "),
        ('[[carriers]]\nname = "a b"', r"at carriers\[0\].name"),
        ('[[carriers]]\nname = "a"\nspeed = 3', "speed"),
        ('[[carriers]]\nname = "a"\nport = 70000', r"carriers\[0\].port"),
        ('[[carriers]]\nname = "a"\nanswers.delay = -1', "answers.delay"),
        ('[[carriers]]\nname = "a"\nanswers.delay = [1, 2, 3]', "answers.delay"),
        ('[[carriers]]\nname = "a"\nanswers.delay = [2, 1]', "least first"),
        ('[[carriers]]\nname = "a"\nreceipts.delay = [2, 1]', "receipts.delay"),
        ('[[carriers]]\nname = "a"\nanswers.errors = { ESME_OOPS = 0.1 }', "ESME_OOPS.*is no status"),
        ('[[carriers]]\nname = "a"\nanswers.errors = { ESME_RSYSERR = 0.6, ESME_RTHROTTLED = 0.5 }', "1.1"),
        ('[[carriers]]\nname = "a"\nanswers.rules = [{ destination = "*", status = "0xZZ" }]', "0xZZ"),
        ('[[carriers]]\nname = "a"\nbinds.refuse = "no"', "binds.refuse"),
        ('[[carriers]]\nname = "a"\nids.answer = "octal"', "ids.answer"),
        ('[[carriers]]\nname = "a"\nreceipts.states = { GONE = 1 }', "'GONE' is no message state.*EXPIRED"),
        ('[[carriers]]\nname = "a"\nreceipts.rules = [{ destination = "*", state = "x" }]', "rules.state"),
        ('[[carriers]]\nname = "a"\n[[carriers]]\nname = "a"', "same name"),
        ('[[phones.replies]]\nshare = 2\ntext = "x"\n[[carriers]]\nname = "a"', r"phones.replies\[0\].share"),
        (
            '[[phones.replies]]\nshare = 0.6\ntext = "x"\n'
            '[[phones.replies]]\nshare = 0.6\ntext = "x"\n[[carriers]]\nname = "a"',
            "1.2",
        ),
    ],
)
def test_what_is_wrong_is_named(text, expected):
    with pytest.raises(BadScenario, match=expected):
        parse_scenario(text)


def test_files_and_presets_that_are_not_there(tmp_path):
    with pytest.raises(BadScenario, match="cannot be read"):
        read_scenario(tmp_path / "missing.toml")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(BadScenario, match="cannot be read"):
        read_scenario(tmp_path / "broken.json")
    with pytest.raises(BadScenario, match="demo"):
        preset("missing")


def test_statuses_by_name_and_by_number():
    assert status_code("ESME_RTHROTTLED") == 0x58
    assert status_code("0x0400") == 0x400
    for wrong in ("0x0", "0x1FFFFFFFF", "88", "ESME_"):
        with pytest.raises(ValueError, match="is no status"):
            status_code(wrong)
