"""What a reply asks for: what was decided, and the corpus that the rules were tuned on."""

from math import exp
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.bench.optout import Reply, measure, read_corpus, taken_for, wilson
from chappe.bench.optout_training import train
from chappe.consent.optout.detector import detect
from chappe.consent.optout.features import of_reply
from chappe.consent.optout.languages import LANGUAGES
from chappe.consent.optout.odds import Judge, read_weights
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
    (wish,) = {detect(text).wish for text in same}
    assert wish in (Wish.WITHDRAW, Wish.ASK)


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


@pytest.mark.parametrize(
    "text", ["please stop texting me", "Arrêtez de m’écrire", "no me manden más mensajes"]
)
def test_where_rules_and_odds_agree_it_is_at_once(text: str) -> None:
    assert detect(text).wish is Wish.WITHDRAW


@pytest.mark.parametrize(
    "text", ["How do I make these texts stop?", "STOP the invoice", "Ça suffit", "Chega"]
)
def test_where_they_do_not_it_asks(text: str) -> None:
    assert detect(text).wish is Wish.ASK


def test_a_reaction_to_our_text_is_none_of_theirs() -> None:
    our = "Maison Tilleul : -20 % ce soir. STOP au 36180"
    assert detect(f"N’a pas aimé « {our} »", ours=[our]).wish is Wish.NOTHING
    assert detect(f"Hat mit 🛑 auf „{our}“ reagiert", ours=[our]).wish is Wish.NOTHING


def test_a_reply_has_the_odds_that_its_weights_give() -> None:
    judge = Judge({"w:stop": (200, 0, 0, 0), "b:^ stop": (100, 0, 0, 0), "?": (0, 0, 300, 0)})
    assert judge.weigh([["stop"]], "stop").leave == pytest.approx(exp(3) / (exp(3) + 3))
    asked = judge.weigh([["stop"]], "stop?")
    assert asked.leave == pytest.approx(exp(3) / (2 * exp(3) + 2))
    assert asked.leave + asked.doubt + asked.none == pytest.approx(1)


def test_the_features_of_a_reply() -> None:
    found = list(of_reply([["stop", "sms"], ["12"]], "Stop sms. 12?"))
    assert {"w:stop", "c:<st", "b:stop sms", "s:sms * 12", "K:halt>texts", "w:0", "?", "n:3"} <= set(found)
    assert "w:12" not in found


def test_the_weights_that_labelled_replies_teach() -> None:
    told = [Reply(f"stop {word}", "en", "withdraw") for word in ("now", "this", "it", "texting")]
    told += [Reply(f"yes {word}", "en", "other") for word in ("now", "this", "it", "please")]
    judge = Judge(read_weights(train(told)))
    assert judge.weigh([["stop", "please"]], "stop please").leave > 0.5
    assert judge.weigh([["yes", "texting"]], "yes texting").none > 0.5
    assert train(told) == train(told[::-1])


def test_the_corpus_it_was_tuned_on() -> None:
    replies = read_corpus(CORPUS / "dev.jsonl")
    read = measure((reply, taken_for(reply)) for reply in replies)["all"]
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
