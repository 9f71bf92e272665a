"""What can be said of figures that chance has a hand in: which variant won, and by how much.

Pure: counts in, verdicts and intervals out. No I/O, no clock, no domain, no random numbers.

**The winner** is named by a sequential test alone (`evidence`, `verdict`), whose error holds however often
one looks. People of an audience get their texts at once and act one after another; if two variants do alike,
each next person who acts is of either with the odds of their sizes, whatever the hour. The evidence against
that is a Bayes factor (Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022),
which by Ville's inequality passes 20 at any look in at most 5 % of tests of twice the same text. It needs no
normality, and no even flow of clicks; people who act once are drawn without replacement, which only makes it
rarer.

**Sums of money** use the same idea with amounts in the place of ones: signs drawn at random, measured
by their own squares (de la Peña, Annals of Probability 27, 1999), mixed over sizes (Robbins, Annals of
Mathematical Statistics 41, 1970).

**A guardrail** (`guardrail`) is the same kind of evidence, that more people leave than a limit.

**Beside it**, never deciding: the probability that a variant is the best (`chances`), ordinary intervals for
one look (`intervals`), what a campaign brought against those who were held out (`holdout`), how many people a
test needs (`sample`).

`chappe.bench.experiments` simulates all of it, and docs/experiments.md keeps the figures.
"""
