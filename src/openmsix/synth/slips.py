"""Slips of hand, eye and ear: how one word of a name becomes another. For the trial of the linkage model only.

Written apart from everything the model knows: its table of nicknames and its rules of sounds are not used here, nor do they use these.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from .chance import Generator

Slip = Callable[[Generator, str], str]

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_READ_AS = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("ri", "n"), ("nn", "m"), ("vv", "w"), ("l", "i"), ("i", "l"), ("t", "f"),
    ("e", "c"), ("c", "e"), ("h", "b"), ("u", "v"), ("v", "u"), ("o", "a"), ("g", "q"), ("z", "2"), ("o", "0"), ("l", "1"), ("n", "r"),
)  # fmt: skip
_ENGLISH_EAR = (
    ("j", "h"), ("ge", "he"), ("gi", "hi"), ("ñ", "ny"), ("ñ", "n"), ("ll", "y"), ("qui", "ki"), ("que", "ke"), ("z", "s"), ("ce", "se"), ("ci", "si"),
    ("x", "sh"), ("x", "h"), ("hu", "w"), ("gua", "wa"), ("y", "j"), ("rr", "r"), ("v", "b"), ("í", "ee"), ("ch", "sh"), ("h", ""), ("b", "v"),
    ("s", "ss"), ("k", "c"), ("c", "k"), ("tz", "ts"), ("e", "i"), ("o", "u"),
)  # fmt: skip
_EVERYDAY = MappingProxyType(
    {
        "José": "Chepe Joe Pepito Joseph", "Juan": "Juanito John Johnny", "Luis": "Lucho Luisito Louis", "Jesús": "Chuy Chucho Jesse",
        "Miguel": "Mike Michael Migue", "Francisco": "Frank Kiko Paco Cisco", "Antonio": "Tony Toño Anthony", "Manuel": "Manny Meno",
        "Carlos": "Charlie Carlitos Charles", "Pedro": "Peter Pedrito", "Eduardo": "Eddie Lalo Edward", "Ricardo": "Rick Ricky Richard",
        "Roberto": "Robert Bob Beto", "Fernando": "Nando Fer", "Alejandro": "Alex Ale Jandro", "Rafael": "Rafa Ralph", "Javier": "Javi Xavier",
        "Guillermo": "Memo Bill William", "Ignacio": "Nacho Nachito", "Enrique": "Kike Henry Quique", "Daniel": "Danny Dani", "David": "Dave",
        "Jorge": "George Coque", "Andrés": "Andy Andrew", "Santiago": "Santi Chago", "Sebastián": "Sebas Bastian", "Ramón": "Moncho Ray",
        "Salvador": "Chava Sal", "Diego": "Dieguito", "Emiliano": "Emi", "Leonardo": "Leo Leonard", "Mateo": "Matthew Teo",
        "María": "Mary Mari Marie", "Guadalupe": "Lupe Lupita", "Ana": "Anita Anna", "Rosa": "Rosita Rosie Rose", "Juana": "Juanita Jane",
        "Elena": "Helen Nena", "Isabel": "Chabela Isa Elizabeth", "Teresa": "Tere Teri", "Dolores": "Lola Lolita", "Rosario": "Chayo Charo",
        "Mercedes": "Meche Merche", "Concepción": "Concha Conchita", "Josefina": "Pepa Josie Fina", "Margarita": "Margaret Mago Maggie",
        "Patricia": "Pati Pat Patty", "Alejandra": "Alex Ale Sandra", "Daniela": "Dani", "Fernanda": "Fer Nanda", "Sofía": "Sophie Sofi Sophia",
        "Gabriela": "Gaby Gabi", "Valentina": "Vale Tina", "Valeria": "Vale Valerie", "Elizabeth": "Eli Liz Betty", "Catalina": "Cata Kathy Catherine",
        "Beatriz": "Bety Bea", "Leticia": "Leti Letty", "Verónica": "Vero Veronica", "Cristina": "Cristi Christina Tina", "Natalia": "Nati Natalie",
        "Ximena": "Xime Jimena", "Yesenia": "Yesi Jessenia", "Esperanza": "Espe Pera", "Micaela": "Mica Micha", "Magdalena": "Magda Lena",
        "Christopher": "Chris Topher", "Michael": "Mike Mikey", "William": "Will Billy Bill", "Joshua": "Josh", "Elijah": "Eli", "Emily": "Emi Em",
        "Matthew": "Matt", "Anthony": "Tony", "Joseph": "Joe Joey", "Mohamed": "Mo Mohammed Muhammad", "Abdullahi": "Abdi", "Fadumo": "Fatuma",
    }
)  # fmt: skip


def by_keyboard(rng: Generator, word: str) -> str:
    """A neighbouring key instead of a letter, or beside it; the first letter is as exposed as any other."""
    at = int(rng.integers(len(word)))
    row = next((row for row in _ROWS if word[at].lower() in row), None)
    if row is None:
        return word[:at] + word[at + 1 :] if len(word) > 2 else word
    place = row.index(word[at].lower())
    beside = row[max(place - 1, 0)] if rng.random() < 0.5 else row[min(place + 1, len(row) - 1)]
    return word[:at] + beside + word[at + (0 if rng.random() < 0.3 else 1) :]


def by_hand(rng: Generator, word: str) -> str:
    """A letter left out, doubled, or exchanged with the next."""
    if len(word) < 3:
        return word
    at = int(rng.integers(len(word) - 1))
    kind = int(rng.integers(3))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _replaced(rng: Generator, word: str, pairs: Sequence[tuple[str, str]]) -> str:
    lower = word.lower()
    fitting = [(written, read) for written, read in pairs if written in lower]
    if not fitting:
        return by_hand(rng, word)
    written, read = fitting[int(rng.integers(len(fitting)))]
    places = [at for at in range(len(lower)) if lower.startswith(written, at)]
    at = places[int(rng.integers(len(places)))]
    return word[:at] + read + word[at + len(written) :]


def by_scanner(rng: Generator, word: str) -> str:
    """What a scanned form is read as: `rn` for `m`, `l` for `i`, a digit for a letter."""
    return _replaced(rng, word, _READ_AS)


def by_ear(rng: Generator, word: str) -> str:
    """As a clerk who knows English writes what the mother says: `Hesus`, `Kintero`, `Wadalupe`."""
    return _replaced(rng, word, _ENGLISH_EAR)


def everyday(rng: Generator, word: str) -> str:
    """What the child is called: an everyday or an English form of the name."""
    return _one(rng, _EVERYDAY, word)


def _one(rng: Generator, forms: Mapping[str, str], word: str) -> str:
    known = forms.get(word, "").split()
    return known[int(rng.integers(len(known)))] if known else word
