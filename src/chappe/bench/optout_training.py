"""Learns the weights of the detector of opt-outs from labelled replies: `make train-optout`.

Multinomial logistic regression with a Gaussian prior, by AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011)
over the replies in the order of their hash: the same corpus gives the same file on every machine.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import islice
from math import exp, sqrt
from pathlib import Path
from typing import Final

from chappe.bench.optout import Reply, read_corpus, report, taken_for
from chappe.consent.optout.detector import plain
from chappe.consent.optout.features import of_reply
from chappe.consent.optout.odds import OUTCOMES, UNIT, Judge, read_weights

_OUTCOME: Final = {"withdraw": 0, "ask": 1, "other": 2, "help": 2, "start": 3}
_SCALE: Final = {"c": 0.5, "K": 0.7}
"""Runs of letters and classes are many and overlap: each counts for less than a word."""
_LEAST_SEEN: Final = 2
_STRENGTH: Final = 3.0
"""Of the evidence against the prior, whose variance is 1."""
_ROUNDS: Final = 25
_PACE: Final = 0.35
_LEAST_WEIGHT: Final = 5
"""Hundredths: what weighs less than this in every outcome is left out of the file."""

_NEIGHBOURS: Final = 6
"""Lines that are held out together."""

Example = tuple[int, list[tuple[int, float]]]


def examples(replies: Sequence[Reply]) -> tuple[list[str], list[Example]]:
    """The features that are seen often enough, and each reply as its outcome and (feature, value) pairs."""
    counted = []
    for reply in sorted(replies, key=_shuffled):
        found, text = plain(reply.text, [reply.ours] if reply.ours else [])
        if any(found):
            counted.append((_OUTCOME[reply.label], Counter(of_reply(found, text))))
    seen = Counter(name for _, names in counted for name in names)
    names = sorted(name for name, times in seen.items() if times >= _LEAST_SEEN)
    number = {name: at for at, name in enumerate(names)}
    return names, [
        (outcome, [(number[name], _scale(name) * times) for name, times in found.items() if name in number])
        for outcome, found in counted
    ]


def _shuffled(reply: Reply) -> bytes:
    return sha256(f"{reply.language} {reply.text}".encode()).digest()


def _scale(name: str) -> float:
    return _SCALE.get(name.partition(":")[0], 1.0)


def fit(features: int, found: Sequence[Example]) -> list[list[float]]:
    """Of each feature, a weight an outcome."""
    kinds = range(len(OUTCOMES))
    weights = [[0.0] * len(OUTCOMES) for _ in range(features)]
    slopes = [[1e-6] * len(OUTCOMES) for _ in range(features)]
    seen = Counter(at for _, row in found for at, _ in row)
    for _ in range(_ROUNDS):
        for outcome, row in found:
            errors = _errors(weights, row, outcome)
            for at, value in row:
                own, slope, prior = weights[at], slopes[at], 1 / seen[at]
                for kind in kinds:
                    # The prior of a feature is spread over the replies that have it.
                    gradient = _STRENGTH * value * errors[kind] + own[kind] * prior
                    slope[kind] += gradient * gradient
                    own[kind] -= _PACE * gradient / sqrt(slope[kind])
    return weights


def _errors(
    weights: Sequence[Sequence[float]], row: Sequence[tuple[int, float]], outcome: int
) -> list[float]:
    """What the shares are too high by."""
    scores = [0.0] * len(OUTCOMES)
    for at, value in row:
        for kind, weight in enumerate(weights[at]):
            scores[kind] += weight * value
    most = max(scores)
    shares = [exp(score - most) for score in scores]
    total = sum(shares)
    return [share / total - (kind == outcome) for kind, share in enumerate(shares)]


def table(names: Sequence[str], weights: Sequence[Sequence[float]]) -> str:
    """A line a feature: its name and its weights in hundredths, with tabs between."""
    lines = []
    for name, row in zip(names, weights, strict=True):
        whole = [round(weight * _scale(name) * UNIT) for weight in row]
        if max(map(abs, whole)) >= _LEAST_WEIGHT:
            lines.append("\t".join((name, *map(str, whole))))
    return "\n".join(lines) + "\n"


def train(replies: Sequence[Reply]) -> str:
    """The table of weights that these replies teach."""
    names, found = examples(replies)
    return table(names, fit(len(names), found))


def held_out(replies: Sequence[Reply], folds: int) -> list[tuple[Reply, str]]:
    """Each reply as it is read by weights that were learned without its part: a guess at other replies.

    Neighbours in a file are often of one kind and stay in one part.
    """
    part = [at // _NEIGHBOURS % folds for at in range(len(replies))]
    judges = [
        Judge(read_weights(train([reply for reply, each in zip(replies, part, strict=True) if each != left])))
        for left in range(folds)
    ]
    return [(reply, taken_for(reply, judges[each])) for reply, each in zip(replies, part, strict=True)]


def main(arguments: Sequence[str]) -> int:
    """`python -m chappe.bench.optout_training OUT FILE…`; with `--folds 5` figures of replies held out."""
    parser = argparse.ArgumentParser(description="Learn the weights of the detector of opt-outs.")
    parser.add_argument("--folds", type=int, default=0, help="measure on replies held out; write no weights")
    parser.add_argument("out", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    asked = parser.parse_args(arguments)
    of_file = {file: read_corpus(file) for file in asked.files}
    replies = [reply for each in of_file.values() for reply in each]
    if not asked.folds:
        asked.out.write_text(train(replies), encoding="utf-8")
        return 0
    readings = iter(held_out(replies, asked.folds))
    for file, own in of_file.items():
        report(f"{file.stem}, held out", list(islice(readings, len(own))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
