"""`chappe demo --headless`: every message delivered, at whatever hour; never beside a real carrier."""


async def test_every_message_is_delivered(installation) -> None:
    told = await installation.run("demo", "--headless", "--people", "300", "--home", str(installation.home))
    assert told.code == 0, told
    assert "300 recipients" in told.out
    assert told.out.splitlines()[-1] == "Every message is delivered."
    assert installation.processes() == []


async def test_it_refuses_a_folder_with_a_real_carrier(installation) -> None:
    await installation.prepare(("127.0.0.1", 9), simulated=False)
    told = await installation.run("demo", "--headless", "--home", str(installation.home))
    assert (told.code, told.out) == (1, "")
    (line,) = told.err.splitlines()
    assert "not the simulator" in line
    assert "--home" in line
    assert installation.processes() == []
