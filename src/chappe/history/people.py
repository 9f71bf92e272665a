"""The people of the demo: invented names, on numbers of one block."""

import csv
import io
import random
from functools import cache

# The block kept for works of fiction (06 39 98 …) is in no range in use, so an import rightly refuses it.
# These look like numbers that exist, and meet only the simulator: the demo refuses to run beside a real
# carrier.
_FIRST_NUMBER = 612_340_000
MOST = 20_000

_FIRST_NAMES = """
    Camille Léa Manon Jules Hugo Louis Emma Chloé Inès Lucas Nathan Gabriel Arthur Jade Louise Alice Lina
    Rose Adam Sacha Ethan Paul Mila Anna Julia Nina Agathe Romane Victor Martin Simon Jeanne Claude Ignace Zoë
    Maëlle Noémie Yanis Samir Fatou Amina Rayan Sofia Clara Mathis Axel Théo Elsa Margot Lou Capucine Antoine
    Robin
""".split()
_LAST_NAMES = """
    Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux
    David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure
    André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément
    Morin Nicolas Henry Roussel Mathieu Gautier Masson Nguyen Benali Diallo Traoré Haddad Costa Lopez Meyer
""".split()
_CITIES = """
    Paris Lille Lyon Nantes Rennes Strasbourg Toulouse Bordeaux Brest Marseille Dijon Metz Tours Angers
""".split()


def people_csv(count: int, seed: int = 1794, *, first: int = 0) -> bytes:
    """A customer file as a French shop would export it: semicolons, national numbers, columns of names. The
    people from `first` on, always the same.

    A few names carry a letter that GSM-7 lacks (ë): their message costs a second part, as it would in life.
    ValueError when more than `MOST` are asked for: the block ends there.
    """
    if not 0 < first + count <= MOST:
        raise ValueError(f"the demo has 1 to {MOST} people")
    text = io.StringIO()
    table = csv.writer(text, delimiter=";")
    table.writerow(["Prénom", "Nom", "Téléphone", "Ville"])
    table.writerows(_people(seed)[first : first + count])
    return text.getvalue().encode("utf-8-sig")


@cache
def _people(seed: int) -> list[tuple[str, str, str, str]]:
    chance = random.Random(seed)  # noqa: S311 (names, not secrets)
    people = []
    for n in range(MOST):
        # One in five has no first name: the template's default is used.
        name = chance.choice(_FIRST_NAMES) if chance.random() < 0.8 else ""
        people.append((name, chance.choice(_LAST_NAMES), _spoken(n), chance.choice(_CITIES)))
    return people


def first_name(chance: random.Random) -> str:
    return chance.choice(_FIRST_NAMES)


def phone_of(n: int) -> int:
    """The number of the `n`th, as the ledger has it."""
    return 33 * 10**9 + _FIRST_NUMBER + n


def _spoken(n: int) -> str:
    digits = f"0{_FIRST_NUMBER + n}"
    return " ".join(digits[i : i + 2] for i in range(0, 10, 2))
