"""The people of the demo: invented names, on numbers of one block."""

import csv
import io
import random

# The block kept for works of fiction (06 39 98 …) is in no range in use, so an import rightly refuses it.
# These look like numbers that exist, and meet only the simulator: the demo refuses to run beside a real
# carrier.
_FIRST_NUMBER = 612_340_000
MOST = 10_000

_FIRST_NAMES = """
    Camille Léa Manon Jules Hugo Louis Emma Chloé Inès Lucas Nathan Gabriel Arthur Jade Louise Alice Lina
    Rose Adam Sacha Ethan Paul Mila Anna Julia Nina Agathe Romane Victor Martin Simon Jeanne Claude Ignace Zoë
    Maëlle Noémie Yanis Samir Fatou Amina Rayan Sofia Clara Mathis Axel Théo Elsa Margot Lou Capucine Antoine
    Robin
""".split()
_CITIES = """
    Paris Lille Lyon Nantes Rennes Strasbourg Toulouse Bordeaux Brest Marseille Dijon Metz Tours Angers
""".split()


def people_csv(count: int, seed: int = 1794) -> bytes:
    """A customer file as a French shop would export it: semicolons, national numbers, a column of first
    names.

    A few names carry a letter that GSM-7 lacks (ë): their message costs a second part, as it would in life.
    ValueError when more than `MOST` are asked for: the block ends there.
    """
    if not 0 < count <= MOST:
        raise ValueError(f"the demo has 1 to {MOST} people")
    chance = random.Random(seed)  # noqa: S311 (names, not secrets)
    text = io.StringIO()
    table = csv.writer(text, delimiter=";")
    table.writerow(["Prénom", "Téléphone", "Ville"])
    for n in range(count):
        # One in five has no first name: the template's default is used.
        name = chance.choice(_FIRST_NAMES) if chance.random() < 0.8 else ""
        digits = f"0{_FIRST_NUMBER + n}"
        phone = " ".join(digits[i : i + 2] for i in range(0, 10, 2))
        table.writerow([name, phone, chance.choice(_CITIES)])
    return text.getvalue().encode("utf-8-sig")
