"""A carrier of the lab, on real sockets: binds, answers, receipts in their forms."""

import re

import pytest

from chappe.lab import checks
from chappe.lab.lab import Lab
from chappe.lab.loading import parse_scenario
from chappe.lab.log import FrameKind, read_log
from chappe.lab.scenario import Scenario
from chappe.smpp.constants import BindKind, CommandStatus, EsmClass, MessageState, Tag
from chappe.smpp.settings import TlsSettings
from chappe.sms.receipt import parse

NUMBERS = [f"3361234{n:04d}" for n in range(100)]


def carrier(settings: str = "", phones: str = "") -> Scenario:
    return parse_scenario(f'{phones}\n[[carriers]]\nname = "alpha"\n{settings}')


async def test_submits_are_answered_with_ids_and_followed_by_receipts(connect, until):
    async with Lab(carrier("receipts.delay = 0.02")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS)
        await until(lambda: len(client.deliveries_seen) == 100)
        assert client.statuses() == [0] * 100
        assert len(set(client.ids())) == 100
        receipts = [parse(m.short_message, m.data_coding) for m in client.deliveries_seen]
        assert {receipt.id for receipt in receipts} == set(client.ids())
        first = client.deliveries_seen[0]
        assert (first.source, first.destination) == (NUMBERS[0].encode(), b"36111")
        assert first.esm_class == EsmClass.RECEIPT
        assert first.tlv(Tag.MESSAGE_STATE) == bytes([MessageState.DELIVERED])
        await until(lambda: lab.counters("alpha").acknowledged == 100)
        assert lab.counters("alpha").waiting == lab.counters("alpha").unacknowledged == 0


async def test_no_receipt_unless_asked_and_failures_alone_when_asked(connect, until):
    settings = 'receipts = { delay = 0, rules = [{ destination = "33699*", state = "UNDELIVERABLE" }] }'
    async with Lab(carrier(settings)) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS[:5], registered=0)
        client.submit([*NUMBERS[:5], "33699000000"], registered=2)
        await until(lambda: len(client.answered) == 11 and client.deliveries_seen)
        assert [m.source for m in client.deliveries_seen] == [b"33699000000"]
        assert b"stat:UNDELIV err:001" in client.texts()[0]


@pytest.mark.parametrize(
    ("system_id", "password", "status"),
    [
        ("acme", "wrong", CommandStatus.ESME_RINVPASWD),
        ("nobody", "secret", CommandStatus.ESME_RINVSYSID),
    ],
)
async def test_binds_need_the_credentials(connect, until, system_id, password, status):
    async with Lab(carrier('binds.credentials = { acme = "secret" }')) as lab:
        address = lab.carrier("alpha").address
        client = await connect(address, system_id=system_id, password=password, bound=False)
        await until(lambda: client.refusals)
        assert client.refusals[0] == status
        assert (await connect(address)).binds == 1


async def test_the_first_binds_are_refused_and_the_next_accepted(connect, until):
    async with Lab(carrier('binds = { refuse = "ESME_RBINDFAIL", refuse_first = 2 }')) as lab:
        client = await connect(lab.carrier("alpha").address)
        assert client.refusals == [CommandStatus.ESME_RBINDFAIL] * 2
        assert lab.counters("alpha").refused_binds == 2


async def test_no_more_links_than_the_carrier_allows(connect, until):
    async with Lab(carrier("binds.links = 1")) as lab:
        await connect(lab.carrier("alpha").address)
        second = await connect(lab.carrier("alpha").address, bound=False)
        await until(lambda: second.refusals)
        assert second.refusals[0] == CommandStatus.ESME_RALYBND


async def test_a_bind_over_tls(connect, until, tmp_path, certificate):
    certificate_file, key_file = certificate
    settings = f'tls = {{ certificate = "{certificate_file}", key = "{key_file}" }}'
    async with Lab(carrier(settings)) as lab:
        client = await connect(
            lab.carrier("alpha").address,
            tls=TlsSettings(ca_file=str(certificate_file), server_name="localhost"),
        )
        client.submit(NUMBERS[:3])
        await until(lambda: client.statuses() == [0, 0, 0])


@pytest.mark.parametrize(
    ("ids", "answer", "receipt"),
    [
        ('answer = "decimal", bits = 32', r"\d{10}", r"\d{10}"),
        ('answer = "hex", receipt = "decimal", bits = 32', r"[0-9a-f]{8}", r"\d{10}"),
        ('answer = "decimal", receipt = "HEX", bits = 32', r"\d{10}", r"[0-9A-F]{8}"),
        ('answer = "hex", receipt = "hex16", bits = 40', r"[0-9a-f]{10}", r"0{6}[0-9a-f]{10}"),
        ('answer = "decimal", receipt = "decimal10", bits = 16', r"\d{5}", r"0{5}\d{5}"),
        ('answer = "decimal", bits = 96', r"\d{29}", r"\d{29}"),
        ('answer = "uuid", receipt = "UUID"', r"[0-9a-f-]{36}", r"[0-9A-F-]{36}"),
    ],
)
async def test_ids_come_in_disguises(connect, until, ids, answer, receipt):
    async with Lab(carrier(f"ids = {{ {ids} }}\nreceipts.delay = 0")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS[:20])
        await until(lambda: len(client.deliveries_seen) == 20)
        assert all(re.fullmatch(answer, id_) for id_ in client.ids()), client.ids()
        written = [m.tlv(Tag.RECEIPTED_MESSAGE_ID).rstrip(b"\0").decode() for m in client.deliveries_seen]
        assert all(re.fullmatch(receipt, id_) for id_ in written), written
        assert len(set(client.ids())) == len(set(written)) == 20


async def test_errors_are_given_by_share_and_by_destination(connect, until):
    settings = """
    answers.errors = { ESME_RSYSERR = 0.3, 0x0400 = 0.2 }
    [[carriers.answers.rules]]
    destination = "33699*"
    status = "ESME_RINVDSTADR"
    """
    async with Lab(carrier(settings.replace("0x0400", '"0x0400"'))) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit([*(f"336{n:08d}" for n in range(900)), *(f"33699{n:06d}" for n in range(100))])
        await until(lambda: len(client.answered) == 1_000)
        statuses = client.statuses()
        assert set(statuses[900:]) == {CommandStatus.ESME_RINVDSTADR}
        assert 200 < statuses[:900].count(CommandStatus.ESME_RSYSERR) < 340
        assert 120 < statuses[:900].count(0x0400) < 240
        assert lab.counters("alpha").refused["0x0400"] == statuses.count(0x0400)


async def test_only_the_first_submits_to_a_number_are_refused(connect, until):
    settings = 'answers.rules = [{ destination = "*", status = "ESME_RX_T_APPN", first = 2 }]'
    async with Lab(carrier(settings)) as lab:
        client = await connect(lab.carrier("alpha").address)
        for _ in range(3):
            client.submit(NUMBERS[:2])
        await until(lambda: len(client.answered) == 6)
        assert client.statuses() == [CommandStatus.ESME_RX_T_APPN] * 4 + [0, 0]


async def test_what_passes_the_limit_is_throttled(connect, until, tmp_path):
    async with Lab(carrier("answers.parts_per_second = 50"), log=tmp_path / "log") as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS)
        await until(lambda: len(client.answered) == 100)
        assert client.statuses() == [0] * 50 + [CommandStatus.ESME_RTHROTTLED] * 50
        assert lab.carrier("alpha").measure().parts_last_second == 100
    assert checks.busiest_second(tmp_path / "log") == 100
    assert checks.statuses(tmp_path / "log") == {0: 50, CommandStatus.ESME_RTHROTTLED: 50}


async def test_answers_that_never_come_are_of_accepted_messages(connect, until):
    async with Lab(carrier("answers.never = 0.5\nreceipts.delay = 0")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS)
        await until(lambda: len(client.deliveries_seen) == 100)
        assert 25 < len(client.answered) < 75
        assert lab.counters("alpha").unanswered == 100 - len(client.answered)


async def test_receipts_before_the_answer(connect, until, tmp_path):
    async with Lab(carrier("receipts.before_answer = 1"), log=tmp_path / "log") as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS[:3])
        await until(lambda: len(client.deliveries_seen) == len(client.answered) == 3)
    kinds = [frame.kind for frame in read_log(tmp_path / "log")]
    assert kinds[:4] == [FrameKind.BOUND, FrameKind.SUBMITS, FrameKind.DELIVERIES, FrameKind.ANSWERS]


async def test_receipts_are_duplicated_contradicted_and_reordered(connect, until):
    settings = "receipts = { delay = 0, copies = 2, contradict = 1, enroute = 1, reorder = true }"
    async with Lab(carrier(settings)) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS[:50])
        await until(lambda: len(client.deliveries_seen) == 200)
        states = [m.tlv(Tag.MESSAGE_STATE)[0] for m in client.deliveries_seen]
        assert states.count(MessageState.ENROUTE) == 50
        assert states.count(MessageState.DELIVERED) == 100
        assert [m.source.decode() for m in client.deliveries_seen[:50]] != NUMBERS[:50]


async def test_receipts_that_never_come(connect, until):
    async with Lab(carrier("receipts = { delay = 0, never = 1 }")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit(NUMBERS)
        await until(lambda: len(client.answered) == 100)
        assert lab.counters("alpha").waiting == 0
        assert not client.deliveries_seen


async def test_receipts_go_to_the_receiver_of_the_same_account(connect, until):
    async with Lab(carrier("receipts.delay = 0")) as lab:
        address = lab.carrier("alpha").address
        sender = await connect(address, bind=BindKind.TRANSMITTER)
        stranger = await connect(address, system_id="other")
        sender.submit(NUMBERS[:10])
        await until(lambda: lab.counters("alpha").waiting == 10)
        receiver = await connect(address, bind=BindKind.RECEIVER)
        await until(lambda: len(receiver.deliveries_seen) == 10)
        assert not sender.deliveries_seen
        assert not stranger.deliveries_seen


async def test_two_carriers_with_the_same_number_do_not_mix(connect, until):
    scenario = parse_scenario('[[carriers]]\nname = "alpha"\n[[carriers]]\nname = "beta"')
    async with Lab(scenario) as lab:
        first = await connect(lab.carrier("alpha").address)
        await connect(lab.carrier("beta").address)
        first.submit(NUMBERS[:7])
        await until(lambda: len(first.answered) == 7)
        assert (lab.counters("alpha").submits, lab.counters("beta").submits) == (7, 0)
