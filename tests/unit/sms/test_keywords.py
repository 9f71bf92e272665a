"""Keywords on the whole message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.keyword_words import HELP, START, STOP
from chappe.sms.keywords import KEYWORDS, KeywordKind, agrees, classify, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP", "stop"),
        ("  Stop.\r\n", "stop"),
        ("Arrêt !", "arret"),
        ("arre\u0302t", "arret"),
        ("OPT-OUT", "opt out"),
        ("opt   out", "opt out"),
        ("STOP 🛑", "stop"),
        ("ST\u200bOP\ufeff", "stop"),
        ("ＳＴＯＰ", "stop"),
        ("𝐒𝐓𝐎𝐏", "stop"),
        ("“Stop”", "stop"),
        ("S T O P", "stop"),
        ("s.t.o.p.", "stop"),
        ("O.K.", "o k"),
        ("1 2 3", "1 2 3"),
        ("C’est ça", "cest ca"),
        ("İYİ", "iyi"),
        ("Øre Łódź", "ore lodz"),
        ("👍🏽", ""),
        ("", ""),
        ("\ud83d", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize("words", [STOP, START, HELP])
def test_every_listed_word_is_recognised(words: dict[str, tuple[str, ...]]) -> None:
    kind = {id(STOP): KeywordKind.STOP, id(START): KeywordKind.START, id(HELP): KeywordKind.HELP}[id(words)]
    for language, listed in words.items():
        for word in listed:
            for written in (word, word.lower(), f" {word.title()}! 🙏"):
                found = classify(written)
                assert found is not None
                assert found.kind is kind
                assert language in found.languages


@pytest.mark.parametrize(
    "text", ["STOP", "QUIT", "END", "REVOKE", "OPT OUT", "CANCEL", "UNSUBSCRIBE"]
)  # 47 CFR 64.1200(a)(10)
def test_the_words_that_the_fcc_names(text: str) -> None:
    found = classify(text)
    assert found is not None
    assert found.kind is KeywordKind.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Disliked “Reply STOP to unsubscribe”",
        "Liked “STOP”",
        "please do not stop",
        "stop please",
        "bus stop",
        "start stop",
        "the end",
        "fin",
        "shop",
        "ST0P",
        "",
        "🛑",
        "???",
    ],
)
def test_anything_else_is_left_to_the_consent_room(text: str) -> None:
    assert classify(text) is None


@pytest.mark.parametrize("text", ["YES", "Oui", "Sí", "SIM", "ja", "Subscribe", "VOLVER"])
def test_a_yes_brings_nobody_back_but_answers_a_question(text: str) -> None:
    assert classify(text) is None
    assert agrees(text)
    assert not agrees("yes but later")


def test_no_word_has_two_meanings() -> None:
    listed = {kind: {normalise(it) for words in table.values() for it in words}
              for kind, table in ((KeywordKind.STOP, STOP), (KeywordKind.START, START), (KeywordKind.HELP,
              HELP))}  # fmt: skip
    assert sum(map(len, listed.values())) == len(KEYWORDS)
    assert not any(agrees(word) for word in KEYWORDS)


def test_a_word_of_several_languages_names_them_all() -> None:
    found = classify("stopp")
    assert found is not None
    assert (found.word, found.languages) == ("stopp", ("de", "sv", "no", "da"))


@given(st.text())
def test_never_raises(text: str) -> None:
    assert normalise(text) == normalise(normalise(text)) or len(normalise(text).split()) != 1
    assert classify(text) is KEYWORDS.get(normalise(text))
