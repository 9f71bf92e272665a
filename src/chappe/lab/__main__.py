"""`python -m chappe.lab SCENARIO [--log FILE] [--control HOST:PORT]`: the lab alone in its process."""

import argparse
import sys
from pathlib import Path

from chappe.kit.errors import Problem
from chappe.lab.loading import preset, read_scenario
from chappe.lab.server import LabSettings, run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m chappe.lab", description="An SMPP carrier simulator.")
    parser.add_argument("scenario", help="a TOML file, or the name of a preset (demo)")
    parser.add_argument("--log", type=Path, help="keep the log of submits and receipts in this file")
    parser.add_argument("--control", default="127.0.0.1:0", help="HOST:PORT of the control API")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with the program that holds standard input"
    )
    given = parser.parse_args(arguments)
    try:
        is_file = given.scenario.endswith((".toml", ".json"))
        scenario = read_scenario(Path(given.scenario)) if is_file else preset(given.scenario)
        run(
            LabSettings(
                scenario, given.log, control=given.control, until_stdin_closes=given.until_stdin_closes
            )
        )
    except Problem as problem:
        sys.stderr.write(f"{problem.detail}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
