"""What a reply asks for: what was decided, and the corpus that the rules were tuned on."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.bench.optout import measure, read_corpus, wilson
from chappe.consent.optout.detector import LANGUAGES, detect
from chappe.consent.optout.reading import Wish
from chappe.consent.optout.spelling import Speller, distance
from chappe.sms.keyword_words import HELP, START, STOP

CORPUS = Path(__file__).parents[3] / "corpus" / "optout"


@pytest.mark.parametrize(
    "text",
    ["S T O P", "s.t.o.p", "st0p", "stop!!", "wrong number", "🛑", "✋🏽", "🖐 please", "Wrong number."],
)
def test_decided_withdraw(text: str) -> None:
    assert detect(text).wish is Wish.WITHDRAW


@pytest.mark.parametrize(
    "text", ["shop", "step", "spot", "Shop!", "S", "x", "", "   ", "👍", "…", "non-stop", "Non‑Stop", "1"]
)
def test_decided_nothing(text: str) -> None:
    assert detect(text).wish is Wish.NOTHING


def test_decided_ask() -> None:
    assert detect("STOP this bill").wish is Wish.ASK


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("Disliked “ACME: 20% off. Reply STOP to opt out”", ["ACME: 20% off. Reply STOP to opt out"]),
        ("Disliked “Reply STOP to opt out”", []),
        ("ACME: 20% off. Reply STOP to opt out", ["ACME: 20% off. Reply STOP to opt out"]),
        ("Je n’aime pas « Soldes. STOP au 36105 »", []),
    ],
)
def test_our_own_words_are_not_theirs(text: str, ours: list[str]) -> None:
    assert detect(text, ours=ours).wish is Wish.NOTHING


def test_their_words_beside_ours_count() -> None:
    our = "ACME: 20% off. Reply STOP to opt out"
    assert detect(f"{our}\nplease remove me from your list", ours=[our]).wish is Wish.WITHDRAW


@pytest.mark.parametrize(
    "same", [("Arrêtez ça", "ARRETEZ CA", "arretez ca"),
             ("Désabonnez-moi", "desabonnez moi", "DÉSABONNEZ MOI !!!"),
             ("número equivocado", "NUMERO EQUIVOCADO", "numero  equivocado."),
             ("Hört auf!", "HORT AUF", "hort auf")]
)  # fmt: skip
def test_accents_and_capitals_make_no_difference(same: tuple[str, ...]) -> None:
    assert {detect(text).wish for text in same} == {Wish.WITHDRAW}


@pytest.mark.parametrize(("words", "wish"), [(STOP, Wish.WITHDRAW), (START, Wish.START), (HELP, Wish.HELP)])
def test_every_listed_word(words: dict[str, tuple[str, ...]], wish: Wish) -> None:
    for listed in words.values():
        for word in listed:
            assert detect(word).wish is wish
            assert detect(f" {word.lower()}!! ").wish is wish


@pytest.mark.parametrize(
    "text",
    ["please cancel my order", "Annulez ma commande svp", "cancelar mi pedido", "Bestellung stornieren bitte",
     "cancellare il mio ordine", "quero cancelar meu pedido", "don't stop",
     "stop by the shop", "I can't stop loving it",
     "sans arrêt", "sin parar", "bus stop"],
)  # fmt: skip
def test_business_talk(text: str) -> None:
    assert detect(text).wish in (Wish.NOTHING, Wish.PERSON)


def test_the_whole_keyword_is_exact_and_a_sentence_is_not() -> None:
    assert detect("STOP").exact
    sentence = detect("please stop texting me")
    assert (sentence.exact, sentence.language) == (False, "en")
    assert "stop" in sentence.word


def test_the_corpus_it_was_tuned_on() -> None:
    replies = read_corpus(CORPUS / "dev.jsonl")
    read = measure(replies)["all"]
    assert len(replies) >= 1_000
    assert {reply.language for reply in replies} == {language.name for language in LANGUAGES}
    wanted = read.of_label("withdraw")
    taken = sum(count for (_, wish), count in read.read.items() if wish == "withdraw")
    assert read.count(["withdraw"], ["withdraw", "ask"]) / wanted >= 0.99
    assert read.count(["withdraw"], ["withdraw"]) / taken >= 0.98


@given(st.text())
def test_never_raises(text: str) -> None:
    assert detect(text).wish in Wish


@given(st.text(alphabet="aeprst", max_size=8), st.text(alphabet="aeprst", max_size=8))
def test_distance_is_symmetric(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) is (one == other)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("sotp", "stop"),
        ("stpo", "stop"),
        ("unsuscribe", "unsubscribe"),
        ("unsubcrib", "unsubscribe"),
        ("shop", None),
        ("top", None),
    ],
)
def test_slips(word: str, meant: str | None) -> None:
    assert Speller(["stop", "unsubscribe"]).meant(word) == meant


def test_an_interval_holds_its_share() -> None:
    low, high = wilson(99, 100)
    assert (round(low, 3), round(high, 3)) == (0.946, 0.998)
    assert wilson(0, 0) == (0.0, 1.0)
