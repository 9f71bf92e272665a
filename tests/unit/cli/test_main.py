"""What a person sees who writes a command wrongly: one line that says so, and exit code 2 or 1."""

import sys
from pathlib import Path

import pytest
from typer.main import get_command

from chappe.cli import bench
from chappe.cli import main as main_module
from chappe.cli.main import build, main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["chappe", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data folder that no command here should have made."""
    home = tmp_path / "home"
    monkeypatch.setenv("CHAPPE_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


IMPORT = ("import", "here.csv", "--list", "A")
SEND = ("send", "--list", "A", "--from", "B", "--text", "C")


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("boil",), 2, "No such command 'boil'."),
        (("serve", "--boil"), 2, "No such option: --boil"),
        (("serve", "--listen", "8080"), 1, "--listen: write HOST:PORT"),
        (("serve", "--listen", "0.0.0.0:8080"), 1, "without TLS"),
        (("serve", "--config", "none.toml"), 1, "none.toml does not exist"),
        (("import", "--list", "A"), 2, "Missing argument 'FILE'."),
        (("import", "none.csv", "--list", "A"), 2, "'none.csv' does not exist"),
        (("import", "here.csv"), 2, "Missing option '--list'."),
        (("import", "here.csv", "--list", "A", "--basis", "express"), 1, "--source"),
        (("import", "here.csv", "--list", "A", "--rejected", "none/out.csv"), 2, "none/out.csv"),
        ((*IMPORT, "--map", "Contact"), 2, "--map 'Contact=phone'"),
        ((*IMPORT, "--map", "=phone"), 2, "no COLUMN=FIELD"),
        ((*IMPORT, "--map", "A=First Name"), 2, "cannot name a field"),
        ((*IMPORT, "--map", "A=phone", "--map", "B=phone"), 2, "Two columns are mapped"),
        ((*IMPORT, "--map", "A=phone", "--map", "A=city"), 2, "mapped twice"),
        (("send", "--list", "A"), 2, "Missing option '--from'."),
        ((*SEND, "--purpose", "pleasure"), 2, "Use marketing or transactional."),
        ((*SEND, "--purpose", "otp"), 2, "Use marketing or transactional."),
        ((*SEND, "--expires", "tomorrow"), 2, "Write it with its offset"),
        ((*SEND, "--expires", "2026-12-24T18:00:00"), 2, "Write it with its offset"),
        ((*SEND, "--rate", "0"), 2, "'--rate'"),
        (("keys", "create"), 2, "Missing option '--name'."),
        (("keys", "revoke", "abc"), 1, "chappe keys list"),
        (("backup", "."), 2, "is a directory"),
        (("restore", "none.backup"), 2, "'none.backup' does not exist"),
        (("lab", "--control", "8080"), 2, "write HOST:PORT"),
        (("lab", "--control", "0.0.0.0:0"), 1, "no password"),
        (("lab", "--scenario", "none.toml"), 2, "'none.toml' does not exist"),
        (("demo", "--people", "0"), 2, "'--people'"),
        (("bench", "nothing"), 1, "Measure one of"),
    ],
)
def test_one_line_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    arguments: tuple[str, ...],
    code: int,
    expected: str,
) -> None:
    Path("here.csv").write_text("phone\n")
    assert run(monkeypatch, *arguments) == code
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("chappe: ")
    assert expected in line
    assert not folder.exists()


def test_a_setting_that_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAPPE_LISTN", "127.0.0.1:0")
    assert run(monkeypatch, "check") == 1
    assert capsys.readouterr().err.splitlines() == [
        "chappe: CHAPPE_LISTN is not a setting. Did you mean CHAPPE_LISTEN?"
    ]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("keys",)])
def test_help_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(monkeypatch, *arguments) == 0
    told = capsys.readouterr()
    assert "Usage: chappe" in told.out
    assert told.err == ""


def test_every_command_and_option_is_explained() -> None:
    for command in _leaves(build()):
        assert command.help, command.name
        for parameter in command.params:
            assert getattr(parameter, "help", None), (command.name, parameter.name)


def test_each_command_is_found_in_the_module_that_is_imported_for_it() -> None:
    commands = get_command(build()).commands
    assert commands.keys() == main_module._MODULES.keys()
    for name in commands:
        assert name in get_command(build(name)).commands


def test_a_defect_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ExceptionGroup("tasks", [ValueError("three\nlines\nlong")])

    monkeypatch.setitem(bench._BENCHES, "broken", broken)
    assert run(monkeypatch, "bench", "broken") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "defect of the program, ValueError: three lines long." in line


def _leaves(group):
    waiting = [get_command(group)]
    while waiting:
        command = waiting.pop()
        if children := getattr(command, "commands", None):
            waiting += children.values()
        else:
            yield command
