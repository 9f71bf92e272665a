"""The lab in its own process, driven by its control API."""

import asyncio
import re
import sys

import httpx
import pytest

from chappe.lab import checks
from chappe.lab.loading import parse_scenario, preset
from chappe.lab.process import LabFailed, LabProcess
from chappe.lab.server import CannotStart, LabSettings, NotLoopback, running

SCENARIO = parse_scenario("""
[[carriers]]
name = "alpha"
receipts.delay = 0
[[carriers]]
name = "beta"
""")
PHONE = "33612345678"


@pytest.fixture
async def lab(tmp_path):
    async with LabProcess(SCENARIO, directory=tmp_path) as process:
        yield process


async def test_counters_phones_and_submits_by_http(lab, connect, until):
    client = await connect(lab.address("alpha"))
    client.submit([PHONE, "33600000000"])
    await until(lambda: len(client.deliveries_seen) == 2)
    counters = (await lab.get("/lab/api/counters"))["alpha"]
    assert (counters["submits"], counters["accepted"], counters["receipts"]) == (2, 2, 2)
    views = await lab.get("/lab/api/carriers")
    assert [view["name"] for view in views] == ["alpha", "beta"]
    assert (views[0]["host"], views[0]["port"]) == lab.address("alpha")
    submits = await lab.get(f"/lab/api/submits?destination=%2B{PHONE}")
    assert [(s["destination"], s["text"], s["status"]) for s in submits] == [(PHONE, "Bonjour", 0)]
    assert [s["ordinal"] for s in await lab.get("/lab/api/submits?since=1")] == [1]
    assert len(await lab.get("/lab/api/submits?limit=1")) == 1
    found = await lab.get("/lab/api/phones?query=5678")
    assert [phone["number"] for phone in found] == [PHONE]
    assert (await lab.get(f"/lab/api/phones/{PHONE}"))["messages"][0]["text"] == "Bonjour"
    sent = await lab.post(f"/lab/api/phones/{PHONE}/messages", {"to": "36111", "text": "STOP"})
    assert sent == {"parts": 1}
    await until(lambda: client.texts()[-1] == b"STOP")
    assert (await lab.get(f"/lab/api/phones/{PHONE}"))["messages"][-1]["text"] == "STOP"
    assert await lab.get("/lab/api/health") == {"state": "ready", "idle": True, "unread": 0}
    await lab.post("/lab/api/reset")
    assert await lab.get("/lab/api/phones") == []
    assert (await lab.get("/lab/api/counters"))["alpha"]["submits"] == 0


async def test_faults_by_http(lab, connect, until):
    client = await connect(lab.address("alpha"))
    assert await lab.post("/lab/api/carriers/alpha/disconnect", {"reset": False}) == {"links": 1}
    await until(lambda: client.binds == 2)
    await lab.post("/lab/api/carriers/alpha/hold-receipts", {"on": True})
    client.submit([PHONE])
    await until(lambda: client.answered)
    assert (await lab.get("/lab/api/counters"))["alpha"]["waiting"] == 1
    await lab.post("/lab/api/carriers/alpha/hold-receipts", {"on": False})
    await until(lambda: client.deliveries_seen)
    await lab.post("/lab/api/carriers/alpha/listen", {"on": False})
    await until(lambda: len(client.losses) > 1)
    await lab.post("/lab/api/carriers/alpha/listen", {"on": True})
    await until(lambda: client.binds == 3)
    await lab.post("/lab/api/carriers/alpha/black-hole", {"on": True})
    client.submit([PHONE])
    await lab.post("/lab/api/carriers/alpha/black-hole", {"on": False})
    await until(lambda: len(client.answered) == 2)
    assert await lab.post("/lab/api/carriers/alpha/raw", {"hex": "00000000"}) == {"links": 1}


async def test_the_scenario_is_read_and_changed_live(lab, connect, until):
    client = await connect(lab.address("alpha"))
    changed = await lab.put("/lab/api/carriers/alpha", {"answers": {"errors": {"ESME_RSYSERR": 1.0}}})
    assert changed["answers"]["errors"] == {"ESME_RSYSERR": 1.0}
    client.submit([PHONE])
    await until(lambda: client.statuses() == [8])
    scenario = await lab.get("/lab/api/scenario")
    assert scenario["carriers"][0] == changed
    scenario["carriers"][0]["answers"]["errors"] = {}
    await lab.put("/lab/api/scenario", scenario)
    client.submit([PHONE])
    await until(lambda: client.statuses() == [8, 0])


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("put", "/scenario", {"carriers": []}, "422.*carriers"),
        ("put", "/scenario", {"carriers": [{"name": "omega"}]}, "422.*restart"),
        ("put", "/carriers/alpha", {"port": 1}, "422.*port"),
        ("put", "/carriers/alpha", {"answers": {"delay": -1}}, "422.*answers.delay"),
        ("put", "/carriers/omega", {}, "404.*omega"),
        ("post", "/carriers/omega/disconnect", {}, "404.*alpha, beta"),
        ("post", "/carriers/alpha/raw", {"hex": "0"}, "422.*hexadecimal"),
        ("post", "/carriers/alpha/black-hole", {"off": True}, "400.*off"),
        ("post", f"/phones/{PHONE}/messages", {"to": "ACME", "text": "STOP"}, "409.*no_account"),
        ("post", "/phones/abc/messages", {"to": "36111", "text": "STOP"}, "422.*digits"),
        ("get", f"/phones/{PHONE}", None, "404.*send it a message"),
        ("get", "/submits?limit=0", None, "400.*limit"),
    ],
)
async def test_what_cannot_be_done_is_said(method, path, body, expected):
    async with running(LabSettings(SCENARIO)) as (_, ready), httpx.AsyncClient() as client:
        answer = await client.request(method, f"{ready.control}/lab/api{path}", json=body)
    assert re.search(expected, f"{answer.status_code} {answer.text}"), answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Host": "evil.example"}, 403), ({"Origin": "https://evil.example"}, 403)],
)
async def test_foreign_pages_cannot_drive_the_lab(lab, headers, status):
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{lab.control}/lab/api/health", headers=headers)
    assert answer.status_code == status


async def test_the_log_is_complete_when_the_process_has_ended(tmp_path, connect, until):
    async with LabProcess(SCENARIO, directory=tmp_path) as process:
        client = await connect(process.address("beta"))
        client.submit([f"336{n:08d}" for n in range(900)])
        await until(lambda: len(client.answered) == 900)
        log = await process.get("/lab/api/log")
        assert log["path"] == str(process.log)
        assert len(checks.submits(process.log)) == 900
        await client.link.stop()
    submits = checks.submits(process.log)
    assert {submit.carrier for submit in submits} == {"beta"}
    assert {submit.id for submit in submits} == set(client.ids())


async def test_a_scenario_that_is_wrong_ends_the_process_with_one_line(tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[[carriers]]\nname = "alpha"\nspeed = 3\n')
    code, complaint = await _lab("-m", "chappe.lab", str(wrong))
    assert code == 2
    assert complaint.splitlines() == [
        "The scenario is wrong at carriers[0]: Object contains unknown field `speed`."
    ]


async def test_the_lab_ends_with_the_program_that_started_it(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chappe.lab", "demo", "--until-stdin-closes"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert b'"ready":true' in await process.stdout.readline()
    assert process.returncode is None
    process.stdin.close()
    async with asyncio.timeout(60):
        await process.communicate()
    assert process.returncode == 0


async def test_a_port_that_is_taken_is_named(tmp_path, lab):
    _, port = lab.address("alpha")
    scenario = parse_scenario(f'[[carriers]]\nname = "alpha"\nport = {port}')
    with pytest.raises(LabFailed, match=str(port)):
        await LabProcess(scenario, directory=tmp_path).start()
    with pytest.raises(CannotStart, match="control API"):
        async with running(LabSettings(SCENARIO, control=lab.control.removeprefix("http://"))):
            pass


async def test_other_machines_are_let_in_only_when_asked(tmp_path):
    with pytest.raises(NotLoopback, match="no password"):
        async with running(LabSettings(SCENARIO, control="0.0.0.0:0")):
            pass
    async with running(LabSettings(SCENARIO, control="0.0.0.0:0", open_to_network=True)) as (_, ready):
        assert ready.control.startswith("http://0.0.0.0:")


async def test_the_demo_delivers_everything_and_some_people_answer(tmp_path, connect, until):
    async with LabProcess(preset("demo"), directory=tmp_path) as process:
        client = await connect(process.address("demo"), system_id="demo", password="demo")
        client.submit([f"336{n:08d}" for n in range(300)])
        await until(lambda: len(client.deliveries_seen) >= 301)
        assert client.statuses() == [0] * 300
    receipts = checks.receipts(process.log)
    assert {receipt.state for receipt in receipts} == {"DELIVERED"}
    assert len(receipts) == 300


async def _lab(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=asyncio.subprocess.PIPE)
    _, complaint = await process.communicate()
    return process.returncode, complaint.decode()
