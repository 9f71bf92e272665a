import pytest

from chappe.lab.message_ids import IdMint, write_id
from chappe.lab.scenario import Ids, IdStyle


@pytest.mark.parametrize(
    ("style", "written"),
    [
        (IdStyle.DECIMAL, b"972660181"),
        (IdStyle.DECIMAL10, b"0972660181"),
        (IdStyle.HEX, b"39f99dd5"),
        (IdStyle.HEX_UPPER, b"39F99DD5"),
        (IdStyle.HEX16, b"0000000039f99dd5"),
        (IdStyle.UUID, b"00000000-0000-0000-0000-000039f99dd5"),
        (IdStyle.UUID_UPPER, b"00000000-0000-0000-0000-000039F99DD5"),
    ],
)
def test_one_number_in_every_style(style, written):
    # The number of Jasmin's issue about ids in hex and decimal.
    assert write_id(972660181, style) == written


@pytest.mark.parametrize("style", list(IdStyle))
def test_ids_are_unique_between_batches_and_mints(style):
    ids = Ids(answer=style)
    mints = [IdMint(ids), IdMint(ids)]
    made = [id_ for mint in mints for _ in range(3) for id_ in mint.mint(1_000)[0]]
    assert len(set(made)) == 6_000


def test_the_receipt_names_the_same_number():
    answers, receipts = IdMint(Ids(IdStyle.HEX, IdStyle.DECIMAL10, bits=32)).mint(50)
    assert [int(id_, 16) for id_ in answers] == [int(id_) for id_ in receipts]


def test_the_width_is_kept():
    for bits in (16, 32, 64, 96, 128):
        answers, _ = IdMint(Ids(IdStyle.DECIMAL, bits=bits), lambda octets: b"\xff" * octets).mint(10)
        assert {int(id_).bit_length() for id_ in answers} == {bits}


def test_random_uuids_differ_in_their_heads():
    ids, same = IdMint(Ids()).mint(1_000)
    assert ids is same
    assert len({id_[:8] for id_ in ids}) == 1_000
    assert {len(id_) for id_ in ids} == {36}
