"""Made-up children, their families and how States write them down, for training and measuring the linkage model.

Nothing here uses the model's own tables of nicknames and sounds: errors come from lists and rules of their own.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

_BOYS = """José Juan Luis Jesús Miguel Carlos Francisco Alejandro Ángel Daniel David Jorge Eduardo Fernando Diego Antonio
Manuel Brayan Kevin Ricardo Javier Oscar Víctor Pedro Sergio Cristian Emiliano Mateo Sebastián Santiago Leonardo
Gabriel Adrián Iván Rafael Roberto Edgar Alberto Ignacio Guillermo Ramón Salvador Enrique Raúl Mario Martín Andrés
Arturo Armando Ernesto Alfredo Gustavo Hugo Isaac Jonathan Joel Julio Marcos Moisés Noé Pablo Rubén Saúl Samuel
Ulises Vicente Yahir Axel Dylan Ethan Jayden Anthony Christopher Matthew Erick Omar Esteban Gerardo Gregorio Felipe
Domingo Efraín Abel Abraham Aldo Bernardo Camilo Dominic Elías Fabián Gael Heriberto Israel Jacobo Kenneth Lorenzo
Maximiliano Nicolás Octavio Pascual Quirino Rodrigo Tomás Uriel Valentín Wilmer Xavier Yadiel Zacarías"""
_GIRLS = """María Guadalupe Ana Juana Rosa Elena Isabel Alejandra Daniela Fernanda Sofía Valentina Camila Ximena Andrea
Yesenia Vanessa Jennifer Jessica Karla Leslie Lizbeth Brenda Diana Adriana Gabriela Patricia Leticia Teresa Carmen
Dolores Rosario Mercedes Esperanza Soledad Consuelo Concepción Margarita Silvia Sandra Verónica Norma Gloria Yolanda
Lucía Mariana Natalia Paola Melissa Michelle Esmeralda Estrella Evelyn Itzel Citlali Xóchitl Jazmín Kimberly Litzy
Maritza Maribel Marisol Mayra Mónica Nayeli Noemí Perla Raquel Rebeca Regina Renata Rocío Ruth Samantha Sara Selena
Stephanie Susana Tania Yareli Yaretzi Yuridia Zaira Zuleyma Abigail Alondra Angélica Arely Beatriz Berenice Catalina
Claudia Dulce Emily Erika Francisca Genesis Hilda Irma Josefina Karina Lorena Magdalena Micaela Nancy Petra Victoria
"""
_SURNAMES = """Hernández García Martínez López González Rodríguez Pérez Sánchez Ramírez Cruz Flores Gómez Morales Vázquez
Jiménez Reyes Díaz Torres Gutiérrez Ruiz Mendoza Aguilar Ortiz Castillo Moreno Romero Álvarez Méndez Chávez Rivera
Juárez Ramos Domínguez Herrera Medina Castro Vargas Guzmán Velázquez Rojas Contreras Salazar Luna Ortega Santiago
Guerrero Estrada Bautista Cortés Soto Alvarado Espinoza Lara Ávila Ríos Cervantes Silva Delgado Vega Márquez Sandoval
Carrillo León Mejía Solís Núñez Rosas Valdez Ibarra Campos Santos Camacho Peña Navarro Rangel Fuentes Acosta Cabrera
Trejo Montes Padilla Salas Valencia Zamora Pacheco Molina Miranda Nava Barrera Escobar Tapia Orozco Villanueva Zúñiga
Figueroa Maldonado Macías Salinas Suárez Leyva Serrano Valenzuela Ponce Bravo Robles Arellano Cárdenas Lozano Ochoa
Quintero Villa Meza Rosales Galván Cisneros Trujillo Calderón Huerta Montoya Bernal Olvera Esquivel Nolasco Tovar Rocha
Beltrán Murillo Aranda Velasco Zavala Osorio Gallegos Franco Mata Ayala Cano Duran Palacios Hidalgo Mora Chacón Ventura
de_la_Cruz de_León del_Ángel de_los_Santos de_la_Rosa San_Juan Pineda Barajas Landeros Zaragoza"""
_PEOPLES = """Pascual Francisco Tomás Juan Pedro Mateo Andrés Diego Sebastián Domingo Lucas Gaspar Nicolás Lorenzo
Baltazar Tzul Chávez Ixcoy Xiloj Tzoc Quiej Ajpop Chan Coc Tum Us Poot Ek May Cen Yat Sis Pop Caal Tiul Xol"""
_OTHERS = (
    "Smith Johnson Miller Brown Pierre Jean Charles Louis Abdi Hassan Ali Paw Htoo Jetnil Anej Alik Nelson"
)
CITIES = (
    [
        (city, state, "USA")
        for state, cities in {
            "CA": "Fresno Salinas Bakersfield Madera Oxnard Watsonville",
            "TX": "McAllen Pharr Weslaco Laredo Mission",
            "FL": "Immokalee Plant_City Belle_Glade Homestead",
            "WA": "Yakima Pasco Wenatchee Sunnyside",
            "GA": "Tifton Moultrie Valdosta",
            "MI": "Hart Holland Sparta",
            "NC": "Clinton Faison",
            "OR": "Hermiston Woodburn",
        }.items()
        for city in cities.split()
    ]
    + [
        (city, state, "Mexico")
        for state, cities in {
            "Oaxaca": "Juxtlahuaca Tlaxiaco Oaxaca_de_Juárez Putla",
            "Guerrero": "Tlapa Acapulco Chilapa",
            "Michoacán": "Uruapan Zamora",
            "Guanajuato": "León Celaya",
            "Tamaulipas": "Reynosa Matamoros",
            "Jalisco": "Guadalajara",
        }.items()
        for city in cities.split()
    ]
    + [("Huehuetenango", "Huehuetenango", "Guatemala"), ("Majuro", "", "Marshall Islands")]
)
SHORT = {
    "José": "Pepe", "Francisco": "Paco", "Jesús": "Chuy", "Ignacio": "Nacho", "Guillermo": "Memo", "Enrique": "Kike",
    "Eduardo": "Lalo", "Antonio": "Toño", "Alberto": "Beto", "Roberto": "Beto", "Manuel": "Manny", "Rafael": "Rafa",
    "Fernando": "Nando", "Guadalupe": "Lupita", "Dolores": "Lola", "Rosario": "Chayo", "Mercedes": "Meche",
    "Consuelo": "Chelo", "Concepción": "Concha", "Teresa": "Tere", "Isabel": "Chabela", "Leticia": "Lety",
    "Gabriela": "Gaby", "Juana": "Juanita", "Rosa": "Rosita", "Patricia": "Paty", "Josefina": "Fina", "Micaela": "Mica",
    "María": "Ma", "Anthony": "Tony", "Christopher": "Chris", "Matthew": "Matt", "Juan": "John", "Miguel": "Michael",
    "Carlos": "Charlie", "Alejandra": "Ale", "Sofía": "Sophia", "Cristian": "Christian", "Brayan": "Bryan",
}  # fmt: skip
BOYS, GIRLS, SURNAMES, PEOPLES, OTHERS = (
    text.split() for text in (_BOYS, _GIRLS, _SURNAMES, _PEOPLES, _OTHERS)
)
STATES = ("CA", "TX", "FL", "WA", "GA", "MI", "NC", "OR")
KEYBOARD = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")
LOOKS = {"l": "i", "i": "l", "m": "rn", "c": "e", "o": "a", "n": "h", "u": "v", "g": "q"}
HEARD = (("z", "s"), ("s", "z"), ("v", "b"), ("b", "v"), ("ll", "y"), ("y", "ll"), ("h", ""), ("qu", "k"), ("c", "s"),
         ("j", "x"), ("x", "j"), ("nn", "n"), ("ss", "s"))  # fmt: skip
START = date(2004, 9, 1)


@dataclass(frozen=True)
class Parent:
    first: str
    last_1: str
    last_2: str


@dataclass(frozen=True)
class Child:
    person: int
    family: int
    first: str
    middle: str
    last_1: str
    last_2: str
    sex: str
    born: date
    twin: bool
    place: tuple[str, str, str]
    mother: Parent
    father: Parent


def records(children: int, seed: int) -> pl.DataFrame:
    """Records as States send them, with `record_id`, `person_id` and `family_id`, in an order that says nothing.

    About 1.6 records a child: most children in one State, some in two or three, a few twice in the same State.
    """
    dice = random.Random(seed)
    rows = [row for child in _children(children, dice) for row in _sent(child, dice)]
    dice.shuffle(rows)
    return (
        pl.DataFrame(rows, infer_schema_length=None).with_row_index("record_id").cast({"record_id": pl.Int64})
    )


def _common(names: list[str], dice: random.Random) -> str:
    return names[min(int(dice.expovariate(4.0 / len(names))), len(names) - 1)]


def _surname(dice: random.Random) -> str:
    if dice.random() < 0.12:  # the long tail of rare names
        beginning = dice.choice(
            ("Alt", "Bar", "Cal", "Cor", "Esc", "Fal", "Gal", "Lez", "Mon", "Ner", "Pal", "Quin", "Tor")
        )
        middle = dice.choice(("a", "e", "i", "o")) + dice.choice(
            ("m", "r", "l", "t", "v", "ñ", "b", "g", "s", "z")
        )
        return (
            beginning
            + middle
            + dice.choice(("ano", "ero", "illo", "eda", "ales", "ina", "ada", "ez", "ar", "osa"))
        )
    return _common(SURNAMES, dice).replace("_", " ")


def _parent(names: list[str], kind: str, dice: random.Random) -> Parent:
    if kind == "peoples":
        return Parent(
            _common(names, dice), dice.choice(PEOPLES), dice.choice(PEOPLES) if dice.random() < 0.4 else ""
        )
    if kind == "others":
        return Parent(_common(names, dice), dice.choice(OTHERS), "")
    return Parent(_common(names, dice), _surname(dice), _surname(dice))


def _children(count: int, dice: random.Random) -> Iterator[Child]:
    made = family = 0
    uncle: Parent | None = None
    while made < count:
        family += 1
        kind = dice.choices(("spanish", "peoples", "others"), (84, 11, 5))[0]
        father, mother = _parent(BOYS, kind, dice), _parent(GIRLS, kind, dice)
        if uncle and dice.random() < 0.15:  # cousins: the fathers are brothers
            father = replace(uncle, first=_common(BOYS, dice))
        uncle = father
        for child in _siblings(made, family, father, mother, dice):
            made += 1
            yield child
            if made == count:
                return


def _siblings(made: int, family: int, father: Parent, mother: Parent, dice: random.Random) -> Iterator[Child]:
    born = START + timedelta(days=dice.randrange(6500))
    shared = {"F": _common(GIRLS, dice), "M": _common(BOYS, dice)} if dice.random() < 0.2 else {}
    place = dice.choice(CITIES)
    taken: set[tuple[str, str]] = set()
    number = made
    for _ in range(dice.choices((1, 2, 3, 4, 5), (35, 30, 20, 10, 5))[0]):
        twins = 2 if dice.random() < 0.02 else 1
        same_sex = dice.choice("FM")
        for _ in range(twins):
            sex = same_sex if dice.random() < 0.7 else dice.choice("FM")
            names = GIRLS if sex == "F" else BOYS
            while True:
                first = shared.get(sex) or _common(names, dice)
                middle = _common(names, dice) if shared or dice.random() < 0.6 else ""
                if (first, middle) not in taken and first != middle:
                    break
            taken.add((first, middle))
            half = dice.random() < 0.06
            real_father = _parent(BOYS, "spanish", dice) if half else father
            last_2 = mother.last_1 if mother.last_2 or dice.random() < 0.3 else ""
            yield Child(number, family, first, middle, real_father.last_1, last_2, sex, born, twins > 1, place,
                        mother, real_father)  # fmt: skip
            number += 1
        born += timedelta(days=dice.randrange(330, 1500))
        if dice.random() < 0.5:
            place = dice.choice(CITIES)


def _sent(child: Child, dice: random.Random) -> Iterator[dict[str, object]]:
    states = dice.sample(STATES, dice.choices((1, 2, 3), (58, 30, 12))[0])
    if dice.random() < 0.015:
        states.append(states[0])
    kept = f"{dice.randrange(10**9):09d}"
    for state in states:
        identifier = kept if dice.random() < 0.6 else f"{dice.randrange(10**9):09d}"
        yield {**_record(child, state, dice), "state_student_id": identifier}


def _record(child: Child, state: str, dice: random.Random) -> dict[str, object]:
    first, middle = _given_as_sent(child, dice)
    last_1, last_2 = _surnames_as_sent(child, dice)
    middle, last_1, last_2 = _state_habit(state, middle, last_1, last_2, dice)
    mother, father = _parent_as_sent(child.mother, 0.08, dice), _parent_as_sent(child.father, 0.28, dice)
    if dice.random() < 0.012:
        mother, father = father, mother
    city, region, country = _place_as_sent(child.place, dice)
    other_sex = {"F": "Male", "M": "Female"}[child.sex]
    write = _handwriting(state, dice)
    texts = {
        "state_code": state,
        "first_name": write(first),
        "middle_name": write(middle),
        "last_name_1": write(last_1),
        "last_name_2": write(last_2),
        "sex": other_sex if dice.random() < 0.004 else {"F": "Female", "M": "Male"}[child.sex],
        "multiple_birth_flag": "Yes"
        if child.twin and dice.random() < 0.85
        else "No"
        if dice.random() < 0.95
        else "",
        "birth_city": write(city).replace("_", " "),
        "birth_state": write(region),
        "birth_country": write(country),
        "male_parent_first_name": write(father[0]),
        "male_parent_last_name": write(father[1]),
        "female_parent_first_name": write(mother[0]),
        "female_parent_last_name": write(mother[1]),
    }
    filled = {name: value or None for name, value in texts.items()}
    return {
        **filled,
        "birth_date": _born_as_sent(child.born, dice),
        "person_id": child.person,
        "family_id": child.family,
    }


def _given_as_sent(child: Child, dice: random.Random) -> tuple[str, str]:
    first, middle, luck = child.first, child.middle, dice.random()
    if luck < 0.035 and first in SHORT:
        first = SHORT[first]
    elif luck < 0.075:
        first = _typo(first, dice)
    elif luck < 0.105:
        first = _misheard(first, dice)
    elif luck < 0.12 and middle:
        first, middle = middle, first
    elif luck < 0.13 and middle:
        first, middle = first + middle.lower(), ""
    elif luck < 0.133:
        first = _common(GIRLS if child.sex == "F" else BOYS, dice)
    if middle:
        luck = dice.random()
        if luck < 0.15:
            middle = ""
        elif luck < 0.25:
            middle = middle[:1]
        elif luck < 0.29:
            middle = _typo(middle, dice)
        elif luck < 0.33:
            first, middle = f"{first} {middle}", ""
    return first, middle


def _surnames_as_sent(child: Child, dice: random.Random) -> tuple[str, str]:
    last_1, last_2 = child.last_1, child.last_2
    luck = dice.random()
    if luck < 0.04:
        last_1 = _typo(last_1, dice)
    elif luck < 0.08:
        last_1 = _misheard(last_1, dice)
    elif luck < 0.11 and last_2:
        last_2 = _typo(last_2, dice) if dice.random() < 0.5 else _misheard(last_2, dice)
    elif luck < 0.13 and last_2:
        last_1, last_2 = last_2, last_1
    elif luck < 0.14 and last_2:
        last_1, last_2 = last_2, ""
    elif luck < 0.22:
        last_2 = ""
    elif luck < 0.23:
        last_1, last_2 = _surname(dice), last_1  # a stepfather's name
    elif luck < 0.235 and last_2:
        last_1, last_2 = last_1 + last_2.lower(), ""
    return last_1, last_2


def _state_habit(
    state: str, middle: str, last_1: str, last_2: str, dice: random.Random
) -> tuple[str, str, str]:
    """One field or two, hyphen or space, the maternal name dropped or put in the middle: each State has its way."""
    if not last_2 or dice.random() < 0.15:
        return middle, last_1, last_2
    if state in ("TX", "GA"):
        return middle, f"{last_1}-{last_2}", ""
    if state == "WA":
        return middle, f"{last_1} {last_2}", ""
    if state == "MI" and dice.random() < 0.3:
        return middle or last_2, last_1, ""
    if state in ("NC", "MI") and dice.random() < 0.35:
        return middle, last_1, ""
    return middle, last_1, last_2


def _parent_as_sent(parent: Parent, missing: float, dice: random.Random) -> tuple[str, str]:
    if dice.random() < missing:
        return "", ""
    first, last = parent.first, parent.last_1
    if parent.last_2 and dice.random() < 0.3:
        last = f"{last} {parent.last_2}"
    luck = dice.random()
    if luck < 0.04:
        first = _typo(first, dice)
    elif luck < 0.07:
        first = SHORT.get(first, first)
    elif luck < 0.11:
        last = _typo(last, dice)
    elif luck < 0.13:
        last = ""
    elif luck < 0.17:
        first = f"{first} {_common(GIRLS, dice)}"
    elif luck < 0.19:
        first, last = _common(GIRLS, dice), _surname(dice)  # a grandmother or guardian
    return first, last


def _place_as_sent(place: tuple[str, str, str], dice: random.Random) -> tuple[str, str, str]:
    """Often empty; sometimes the nearest city, the capital, another place, or the country alone."""
    city, region, country = place
    luck = dice.random()
    if luck < 0.25:
        return "", "", ""
    if luck < 0.28:
        return _typo(city, dice), region, country
    if luck < 0.32:
        return dice.choice([other for other in CITIES if other[2] == country])[0], region, country
    if luck < 0.35:
        return dice.choice([other for other in CITIES if other[2] == country])
    if luck < 0.36:
        return dice.choice(CITIES)
    return ("", "", country) if luck < 0.40 else place


def _born_as_sent(born: date, dice: random.Random) -> date:
    luck = dice.random()
    if luck < 0.015:
        return born.replace(month=1, day=1)
    if luck < 0.027 and born.day <= 12:
        return born.replace(month=born.day, day=born.month)
    if luck < 0.042:
        return born + timedelta(days=dice.choice((-10, -1, 1, 10, 20)))
    if luck < 0.049:
        return born.replace(year=born.year + dice.choice((-1, 1)), day=min(born.day, 28))
    if luck < 0.052:
        return born + timedelta(days=dice.randrange(-700, 700))
    return born


def _handwriting(state: str, dice: random.Random) -> Callable[[str], str]:
    plain = str.maketrans("áéíóúñÁÉÍÓÚÑ", "aeiounAEIOUN")
    lost = state in ("TX", "FL", "GA", "NC") or dice.random() < 0.3
    capitals = state in ("FL", "GA")

    def write(text: str) -> str:
        text = text.translate(plain) if lost else text
        return text.upper() if capitals else text

    return write


def _typo(word: str, dice: random.Random) -> str:
    if len(word) < 3:
        return word
    at = dice.randrange(1, len(word))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    row = next((row for row in KEYBOARD if letter in row), letter)
    beside = row[(row.index(letter) + 1) % len(row)]
    options = (before + after, before + beside + after, before + letter + letter + after,
               before[:-1] + letter + before[-1] + after, before + LOOKS.get(letter, beside) + after)  # fmt: skip
    return dice.choice(options)


def _misheard(word: str, dice: random.Random) -> str:
    fitting = [(heard, spelled) for heard, spelled in HEARD if heard in word[1:]]
    if not fitting:
        return _typo(word, dice)
    heard, spelled = dice.choice(fitting)
    return word[0] + word[1:].replace(heard, spelled, 1)
