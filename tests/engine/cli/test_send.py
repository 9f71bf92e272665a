"""`import`, `send` and `keys`, with and without a program that runs."""

import asyncio
import csv
import os
import pty
from pathlib import Path

from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n'
TRANSACTIONAL = ("--from", "36179", "--purpose", "transactional")


async def test_a_file_is_imported_and_sent_by_commands_alone(installation, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = "Prénom;Qui = où;Secret\nLéa;06 12 34 56 01;a\nHugo;06 12 34 56 02;b\nNina;12;c\n"
    file.write_text(rows, encoding="utf-8")
    refused = tmp_path / "refused.csv"
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        await installation.prepare(lab.address("alpha"))
        importing = ("import", str(file), "--list", "Amis", "--rejected", str(refused))
        unmapped = await installation.run(*importing)
        assert unmapped.code == 1
        assert "--map 'Contact=phone'" in unmapped.err
        imported = await installation.run(*importing, "--map", "Qui = où=phone", "--map", "Secret=")
        assert imported.code == 0, imported
        assert "3 rows: 2 new" in imported.out
        assert "1 rejected" in imported.out
        assert installation.processes() == []
        sent = await installation.run(
            *("send", "--list", "Amis", "--from", "ACME", "--purpose", "transactional"),
            *("--text", "Bonjour {{ first_name }}"),
        )
        assert sent.code == 0, sent
        assert sent.out.split() == ["Campaign", "finished.", "delivered", "2"]
        made, sending = sent.err.splitlines()[:2]
        assert made == "made the sender ACME (alphanumeric), on the default route"
        assert sending.startswith("Sending cmp_")
        assert installation.processes() == []
    texts = {submit.destination: submit.text for submit in checks.submits(lab.log)}
    assert texts == {"33612345601": "Bonjour Léa", "33612345602": "Bonjour Hugo"}
    (row,) = csv.DictReader(refused.read_text(encoding="utf-8-sig").splitlines())
    assert row["Prénom"] == "Nina"
    assert row["chappe_row"] == "4"
    assert row["chappe_reason"]


async def test_commands_use_the_program_that_runs(installation, tmp_path: Path, until) -> None:
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        await installation.prepare(lab.address("alpha"), 20)
        async with installation.serving() as served:
            made = await installation.run("keys", "create", "--name", "shop")
            assert made.code == 0
            assert made.err == ""
            (served.key,) = made.out.split()
            assert (await served.get("/v1/lists")).status_code == 200
            before = served.roles()
            # On a terminal the progress is a live bar, on the error stream.
            code, shown = await _on_a_terminal(
                installation, "send", "--list", "Clients", *TRANSACTIONAL, "--text", "Bonjour"
            )
            assert code == 0, shown
            assert "20/20" in shown
            assert "made the sender" not in shown
            assert "━" in shown
            assert served.roles() == before
            checked = await installation.run("check")
            assert checked.code == 0, checked
            assert "carrier alpha: bound" in checked.out
    assert len(checks.submits(lab.log)) == 20


async def test_what_is_wrong_with_a_campaign_is_one_line(installation) -> None:
    """The program runs meanwhile, so that each command has only to say no."""
    await installation.prepare(("127.0.0.1", 9), 3)
    send = ("send", "--list", "Clients", "--from", "36179", "--text")
    cases = {
        ("send", "--list", "Client", "--from", "36179", "--text", "hi"): "There is no list 'Client'",
        (*send, "hello {{ phon }}"): "phone",
        (*send, "hello {{ first_name"): "",
        ("send", "--list", "Clients", "--from", "far too long a name", "--text", "hi"): "1 to 11",
        (*send, "hi", "--expires", "2020-01-01T00:00:00+00:00"): "expires_at",
    }
    async with installation.serving():
        answers = await asyncio.gather(*(installation.run(*arguments) for arguments in cases))
        for (arguments, expected), told in zip(cases.items(), answers, strict=True):
            assert told.code == 1, (arguments, told)
            assert told.out == ""
            (line,) = told.err.splitlines()
            assert line.startswith("chappe: ")
            assert expected in line


async def _on_a_terminal(installation, *arguments: str) -> tuple[int, str]:
    """The exit code, and what the terminal showed."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    process = await installation.start(*arguments, stderr=theirs)
    os.close(theirs)
    await process.communicate()
    shown = b""
    try:
        while block := os.read(ours, 1 << 16):
            shown += block
    except OSError:
        pass  # the other side is closed
    finally:
        os.close(ours)
    return process.returncode or 0, shown.decode()
