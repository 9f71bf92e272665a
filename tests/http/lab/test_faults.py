"""What carriers do to links, and what the lab promises then: nothing accepted is forgotten."""

from collections import Counter

from chappe.lab import checks
from chappe.lab.lab import Lab
from chappe.lab.loading import parse_scenario
from chappe.lab.scenario import Scenario
from chappe.smpp.constants import CommandStatus
from chappe.smpp.link import LinkState

NUMBERS = [f"3361234{n:04d}" for n in range(100)]


def carrier(settings: str = "") -> Scenario:
    return parse_scenario(f'[[carriers]]\nname = "alpha"\n{settings}')


async def test_a_disconnect_in_the_middle_of_the_window(connect, until, tmp_path):
    settings = "receipts.delay = 0.02\nfaults.disconnect_after = 60"
    async with Lab(carrier(settings), log=tmp_path / "log") as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS[:60])
        await until(lambda: client.losses and client.binds == 2)
        lost = client.losses[0][1]
        assert len(client.answered) + len(lost) == 60
        assert len(lost) >= 30
        # All were taken: their receipts come on the next bind, also those whose ids the client never saw.
        await until(lambda: len(client.deliveries_seen) == 60)
        client.submit(NUMBERS[60:])
        await until(lambda: len(client.answered) == 100 - len(lost))
    assert [submit.destination for submit in checks.submits(tmp_path / "log")] == NUMBERS
    assert checks.statuses(tmp_path / "log")[None] == 30
    assert checks.repeated(tmp_path / "log") == {}


async def test_unacknowledged_receipts_are_delivered_again_after_a_lost_link(connect, until, tmp_path):
    async with Lab(carrier("receipts.delay = 0"), log=tmp_path / "log") as lab:
        client = await connect(lab.carrier("alpha").address)
        client.ack_status = None
        client.submit(NUMBERS)
        await until(lambda: len(client.deliveries_seen) == 100)
        client.ack_status = 0
        lab.carrier("alpha").disconnect()
        await until(lambda: lab.counters("alpha").acknowledged == 100)
        counts = Counter(message.source.decode() for message in client.deliveries_seen)
        assert counts == dict.fromkeys(NUMBERS, 2)
        assert lab.counters("alpha").redelivered == 100
        assert lab.counters("alpha").waiting == lab.counters("alpha").unacknowledged == 0
    sent = checks.receipts(tmp_path / "log")
    assert [(receipt.phone, receipt.times, receipt.acked) for receipt in sent] == [
        (number, 2, True) for number in NUMBERS
    ]


async def test_a_refused_receipt_is_tried_again(connect, until):
    async with Lab(carrier("receipts = { delay = 0, retry = 0.05 }")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.ack_status = CommandStatus.ESME_RX_T_APPN
        client.submit(NUMBERS[:4])
        await until(lambda: lab.counters("alpha").refused_deliveries >= 8)
        client.ack_status = 0
        await until(lambda: lab.counters("alpha").acknowledged == 4)


async def test_the_window_bounds_unacknowledged_receipts(connect, until):
    async with Lab(carrier("receipts = { delay = 0, window = 10 }")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.ack_status = None
        client.submit(NUMBERS)
        await until(lambda: len(client.answered) == 100 and len(client.deliveries_seen) == 10)
        counters = lab.counters("alpha")
        assert (counters.unacknowledged, counters.waiting) == (10, 90)
        client.link.acknowledge([message.sequence for message in client.deliveries_seen])
        await until(lambda: len(client.deliveries_seen) == 20)


async def test_a_black_hole_neither_reads_nor_writes_until_it_closes(connect, until):
    async with Lab(carrier("receipts.delay = 0")) as lab:
        address = lab.carrier("alpha").address
        client = await connect(address)
        lab.carrier("alpha").black_hole(True)
        client.submit(NUMBERS)
        late = await connect(address, bound=False)
        await until(lambda: late.link.state is LinkState.BINDING)
        assert lab.counters("alpha").submits == 0
        lab.carrier("alpha").black_hole(False)
        await until(lambda: len(client.answered) == 100 and late.binds == 1)


async def test_a_client_notices_a_black_hole_after_so_many_submits(connect, until):
    async with Lab(carrier("faults.black_hole_after = 50")) as lab:
        client = await connect(lab.carrier("alpha").address, enquire=0.2)
        client.submit(NUMBERS[:60])
        await until(lambda: client.losses)
        assert not client.answered
        assert len(client.losses[0][1]) == 60
        assert lab.counters("alpha").submits == 60


async def test_a_carrier_goes_down_and_comes_back_on_its_port(connect, until):
    async with Lab(carrier("receipts.delay = 0")) as lab:
        alpha = lab.carrier("alpha")
        address = alpha.address
        client = await connect(address)
        await alpha.stop()
        await until(lambda: len(client.losses) >= 2)
        await alpha.start()
        assert alpha.address == address
        await until(lambda: client.link.state is LinkState.BOUND)
        client.submit(NUMBERS[:3])
        await until(lambda: len(client.deliveries_seen) == 3)


async def test_held_receipts_leave_at_once_when_they_are_released(connect, until):
    async with Lab(carrier("receipts = { delay = 0, hold = true }")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS)
        await until(lambda: lab.counters("alpha").waiting == 100)
        assert not client.deliveries_seen
        lab.hold_receipts("alpha", False)
        await until(lambda: len(client.deliveries_seen) == 100)
        lab.hold_receipts("alpha", True)
        client.submit(NUMBERS[:5])
        await until(lambda: lab.counters("alpha").waiting == 5)
        lab.reset()
        lab.hold_receipts("alpha", False)
        assert lab.counters("alpha").waiting == 0


async def test_octets_that_are_no_pdu_reach_the_client(connect, until):
    async with Lab(carrier()) as lab:
        client = await connect(lab.carrier("alpha").address)
        assert lab.carrier("alpha").write_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n") == 1
        await until(lambda: client.losses)


async def test_a_live_change_applies_to_the_next_submits(connect, until):
    async with Lab(carrier()) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS[:1])
        await until(lambda: client.answered)
        lab.apply(carrier("answers.errors = { ESME_RMSGQFUL = 1 }"))
        client.submit(NUMBERS[:1])
        await until(lambda: client.statuses() == [0, CommandStatus.ESME_RMSGQFUL])


async def test_a_live_change_does_not_repeat_ids(connect, until):
    short = 'ids = { answer = "decimal", bits = 16 }\nanswers.delay = '
    async with Lab(carrier(short + "0")) as lab:
        client = await connect(lab.carrier("alpha").address)
        for delay in (0.001, 0.002, 0.003):
            answered = len(client.answered)
            client.submit(NUMBERS)
            await until(lambda answered=answered: len(client.answered) == answered + 100)
            lab.apply(carrier(f"{short}{delay}"))
        assert [int(id_) for id_ in client.ids()] == list(
            range(int(client.ids()[0]), int(client.ids()[0]) + 300)
        )


async def test_the_same_seed_gives_the_same_faults(connect, until):
    outcomes = []
    for _ in range(2):
        async with Lab(carrier("answers.errors = { ESME_RSYSERR = 0.5 }")) as lab:
            client = await connect(lab.carrier("alpha").address)
            client.submit(NUMBERS)
            await until(lambda client=client: len(client.answered) == 100)
            outcomes.append(client.statuses())
    assert outcomes[0] == outcomes[1]
