"""What the fault tests share: how long they run, where their figures go, and what they are held against.

Each fault has a short form, for every change, and a long one (`--faults=long`, make test-faults) that
repeats it as often as docs/guarantees.md says. With `--figures FILE` what was counted is appended there, a
JSON object a line.
"""

import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

# The fixtures of these tests too: a ledger filled directly, and the lab in this process.
from tests.engine.conftest import ground as filled_ground  # noqa: F401 (fixtures are found by their names)
from tests.engine.conftest import lab_of  # noqa: F401
from tests.faults.promises import Figures
from tests.faults.recounted import assert_recounted
from tests.ground import Ground

log = logging.getLogger(__name__)

LONG_SECONDS = 7_200
# A dozen processes start in some of them: seconds by themselves, minutes on a machine that is busy.
SHORT_SECONDS = 300
_T = TypeVar("_T")


@dataclass(frozen=True)
class Scale:
    """How much of a fault is tried."""

    long: bool

    def pick(self, short: _T, long: _T) -> _T:
        return long if self.long else short


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> Scale:
    return Scale(pytestconfig.getoption("--faults") == "long")


@pytest.fixture
def record(request: pytest.FixtureRequest, scale: Scale) -> Callable[..., None]:
    """`record(fault, figures, **more)`: into the log, and into the file of --figures."""
    path = request.config.getoption("--figures")

    def write(fault: str, figures: Figures | dict[str, Any] | None = None, **more: Any) -> None:
        counted = asdict(figures) if isinstance(figures, Figures) else figures or {}
        line = {
            "fault": fault,
            "test": request.node.nodeid,
            "form": "long" if scale.long else "short",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "load": round(os.getloadavg()[0], 1),
            **counted,
            **more,
        }
        text = json.dumps(line, ensure_ascii=False)
        log.info("%s", text)
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text + "\n")

    return write


@pytest.fixture
async def ground(filled_ground: Ground) -> AsyncIterator[Ground]:  # noqa: F811 (the fixture above)
    """Whatever the fault was, and whether the test asks for promises or not: counts equal a recount. Tests of
    whole installations recount with their promises, while their server is up.
    """
    yield filled_ground
    await assert_recounted(filled_ground.db)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long form has the time that it needs; what is marked `long` has no short form."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    long = config.getoption("--faults") == "long"
    for item in ours:
        item.add_marker(pytest.mark.timeout(LONG_SECONDS if long else SHORT_SECONDS))
    if long:
        return
    out = [item for item in ours if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]
