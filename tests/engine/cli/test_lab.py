"""`chappe lab`: a carrier of one's own making, found in its data folder for as long as it runs."""

from pathlib import Path

import msgspec

from chappe.app.lab_address import find_lab
from chappe.lab.ready import Ready


async def test_a_lab_says_where_it_is_and_is_alone_in_its_folder(installation, tmp_path: Path) -> None:
    scenario = tmp_path / "mine.toml"
    scenario.write_text('[[carriers]]\nname = "mine"\n', encoding="utf-8")
    log = tmp_path / "mine.log"
    lab = await installation.start("lab", "--scenario", str(scenario), "--log", str(log))
    assert lab.stdout is not None
    ready = msgspec.json.decode(await lab.stdout.readline(), type=Ready)
    assert list(ready.carriers) == ["mine"]
    assert ready.log == str(log)
    assert find_lab(installation.home) == ready
    second = await installation.run("lab")
    assert second.code == 1
    assert "runs already" in second.err
    assert len(second.err.splitlines()) == 1
    # However it ends, nobody is sent to an address where nothing listens.
    lab.kill()
    await lab.communicate()
    assert (installation.home / "lab.json").exists()
    assert find_lab(installation.home) is None


async def test_a_bad_scenario_names_the_key(installation, tmp_path: Path) -> None:
    scenario = tmp_path / "bad.toml"
    scenario.write_text('[[carriers]]\nname = "mine"\nspeed = 3\n', encoding="utf-8")
    told = await installation.run("lab", "--scenario", str(scenario))
    assert told.code == 1
    (line,) = told.err.splitlines()
    assert "speed" in line
