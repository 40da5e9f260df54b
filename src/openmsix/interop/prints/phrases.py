"""The words of the print, in the languages that families read. Labels of elements and codes come from the dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Phrases:
    """One language's words. A missing one cannot be constructed."""

    language: str
    months: tuple[str, ...]
    confidential: str
    made_up: str
    title_summary: str
    title_full: str
    id_label: str
    page: str
    of: str
    footer: str
    made: str  # {day}, {who}
    born: str  # {day}, {age}
    now: str
    last_school: str
    state_and_district: str
    enrolled: str
    left: str
    still_open: str
    no_end_sent: str  # {day}
    grade: str
    eligibility: str
    arrived: str
    ends: str
    days_left: str
    ended: str
    computed: str
    graduated: str  # {day}
    needs: str
    credits: str
    credits_and_courses: str  # of a child below grade 9
    earned: str
    earned_in_high_school: str
    earlier: str
    earlier_hint: str
    earlier_mark: str  # {grade}
    broken_off: str
    none_broken_off: str
    earned_since: str
    more_earned_since: str  # {count}
    hours: str
    grade_to_date: str
    questions: str
    near_match: str  # {state}, {day}
    near_matches: str  # {count}, {state}, {day}
    near_match_now: str
    near_match_hint: str
    agree_on: str
    own_values: str
    alone_on: str
    one_state: str
    topics: Mapping[str, str]  # what the States may agree on, by topic
    family_and_ids: str
    parents: Mapping[str, str]  # by "mother" and "father"
    reach: Mapping[str, str]  # by element key
    no_family: str
    state_id: str  # {state}
    whom_to_call: str
    nobody_named: str
    unknown: str
    courses: str
    courses_in_progress: str
    broken_courses: str
    subjects: str
    subject: str
    subject_not_sent: str
    course: str
    year: str
    term: str
    parts: Mapping[str, str]  # by course section
    result: str
    repeated: str
    repeated_mark: str
    not_counted: str
    moves: str
    move_from: str
    move_to: str
    enrollments: str
    school: str
    assessments: str
    assessment: str
    score: str
    health: str
    family: str
    child: str
    schooling: str
    element: str
    value: str
    source: str
    sources: str
    sources_hint: str
    nothing_sent: str
    more_in_full: str  # {count}
    more_below: str  # {count}
    more_values: str  # {count}
    as_sent: str
    meaning: str
    meaning_not_public: str
    family_hint: str
    residency: str
    day: str
    different: str
    no_credit: str
    linked: str
    needs_labels: Mapping[str, str]  # plain words for the five needs, by element key

    def day_in_words(self, day: date | None) -> str:
        """A day in words: 12 Mar 2014."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}" if day else self.unknown

    def month_in_words(self, day: date | None) -> str:
        """A month in words: Mar 2014."""
        return f"{self.months[day.month - 1]} {day.year}" if day else self.unknown

    def number(self, value: Decimal | int) -> str:
        """A number as school offices in the U.S. write it, in Spanish too: 1,000; credits with two decimals, 12.00."""
        return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


ENGLISH = Phrases(
    language="en",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    confidential="CONFIDENTIAL: education and health record of a child",
    made_up="Demonstration: all people and schools are made up.",
    title_summary="Consolidated student record, summary",
    title_full="Consolidated student record, in full",
    id_label="MSIX ID",
    page="Page",
    of="of",
    footer="Made with openmsix, which is not a system of the U.S. Department of Education. The States' own files are the source of every value.",
    made="Printed on {day} by {who}. A tag such as (TX, 3 Mar 2026) names the State that said a value, and when.",
    born="Born {day}, age {age}",
    now="Now",
    last_school="Last school",
    state_and_district="State and district",
    enrolled="Enrolled",
    left="Left",
    still_open="no withdrawal date sent",
    no_end_sent="no withdrawal date sent; next enrolled on {day}",
    grade="Grade",
    eligibility="Migrant program eligibility",
    arrived="Qualifying arrival date",
    ends="Ends",
    days_left="{count} days left",
    ended="ended",
    computed="computed from the arrival date",
    graduated="To be checked: graduation or an equivalency ends eligibility, and a State says {day}",
    needs="Needs",
    credits="High school credits",
    credits_and_courses="Credits and courses",
    earned="Credits earned",
    earned_in_high_school="High school credits earned",
    earlier="Before high school",
    earlier_hint="Credits of courses taken in grade 8 or below stand apart. The new school decides whether it counts them.",
    earlier_mark="taken in {grade}, not counted as high school",
    broken_off="Broken off",
    none_broken_off="No course broken off",
    earned_since="Earned since",
    more_earned_since="Broken off, but earned since: {count}",
    hours="hours",
    grade_to_date="grade to date",
    questions="Open questions between States",
    near_match="Another record may be this child: {state}, asked since {day}.",
    near_matches="{count} other records may be this child: {state}, asked since {day}.",
    near_match_now="What stands under “Now” is of this record only; the other one may be newer.",
    near_match_hint="People are deciding. Until then, ask the office under “Whom to call”.",
    agree_on="The States agree on",
    own_values="Each State says this for itself, and they differ",
    alone_on="Only one State speaks of",
    one_state="Only one State has sent a record.",
    topics={
        "name": "name",
        "birth_date": "birth date",
        "sex": "sex",
        "multiple_birth_flag": "multiple birth",
        "mother": "mother",
        "father": "father",
        "pfs_flag": "priority for services",
        "lep_indicator": "English learner",
        "idea_indicator": "disability",
        "med_alert": "health alert",
        "immunization_record_flag": "immunization record",
    },
    family_and_ids="Family and State identifiers",
    parents={"mother": "Mother", "father": "Father"},
    reach={
        "parent_1_phone": "Parent 1, telephone",
        "parent_1_email": "Parent 1, email",
        "parent_2_phone": "Parent 2, telephone",
        "parent_2_email": "Parent 2, email",
    },
    no_family="No State has sent parents, a telephone number or an email address.",
    state_id="State ID, {state}",
    whom_to_call="Whom to call",
    nobody_named="No contact is on file; ask the State's migrant education office.",
    unknown="not sent",
    courses="Courses with credit",
    courses_in_progress="Courses in progress",
    broken_courses="Courses broken off",
    subjects="Credits by subject",
    subject="Subject",
    subject_not_sent="Subject not sent",
    course="Course",
    year="School year",
    term="Term",
    parts={"01": "full year", "02": "part A", "03": "part B"},
    result="Result",
    repeated="in repeated courses",
    repeated_mark="repeated",
    not_counted="sent twice, counted once",
    moves="Qualifying moves",
    move_from="From",
    move_to="To",
    enrollments="Enrollments",
    school="School or project",
    assessments="Assessments",
    assessment="Assessment",
    score="Score",
    health="Health",
    family="Family and contact",
    child="The child",
    schooling="Graduation and residency",
    element="Element",
    value="Value",
    source="Said by",
    sources="As each State sent it",
    sources_hint="Every value as it stands in the State's file, with its meaning beside it: dates as year, month and day, codes as codes. What the State left empty is shown as a dash.",
    nothing_sent="Nothing was sent.",
    more_in_full="{count} more stand in the full record.",
    more_below="{count} more stand on the pages that follow.",
    more_values="{count} more values",
    as_sent="As sent",
    meaning="Meaning",
    meaning_not_public="meaning not published",
    family_hint="Keep this record with you and give it to the new school.",
    residency="residency only, not enrolled",
    day="Date",
    different="differs",
    no_credit="finished without credit",
    linked="State student identifier",
    needs_labels={
        "pfs_flag": "Priority for services",
        "lep_indicator": "English learner",
        "idea_indicator": "Disability (IDEA)",
        "med_alert": "Health alert",
        "immunization_record_flag": "Immunization record on file",
    },
)

SPANISH = Phrases(
    language="es",
    months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    confidential="CONFIDENCIAL: expediente educativo y de salud de un menor",
    made_up="Demostración: todas las personas y escuelas son inventadas.",
    title_summary="Expediente estudiantil consolidado, resumen",
    title_full="Expediente estudiantil consolidado, completo",
    id_label="Número MSIX",
    page="Página",
    of="de",
    footer="Hecho con openmsix, que no es un sistema del Departamento de Educación de EE. UU. Los archivos de los estados son la fuente de cada dato.",
    made="Impreso el {day} por {who}. Una marca como (TX, 3 mar 2026) indica qué estado dio el dato y cuándo.",
    born="Fecha de nacimiento: {day}, {age} años",
    now="Situación actual",
    last_school="Última escuela",
    state_and_district="Estado y distrito",
    enrolled="Inscripción",
    left="Salida",
    still_open="sin fecha de salida",
    no_end_sent="sin fecha de salida; siguiente inscripción el {day}",
    grade="Grado",
    eligibility="Elegibilidad para el programa migrante",
    arrived="Fecha de llegada que da derecho",
    ends="Termina",
    days_left="quedan {count} días",
    ended="ya terminó",
    computed="calculada a partir de la fecha de llegada",
    graduated="Por verificar: graduarse u obtener la equivalencia termina la elegibilidad, y un estado dice {day}",
    needs="Necesidades",
    credits="Créditos de preparatoria",
    credits_and_courses="Créditos y cursos",
    earned="Créditos obtenidos",
    earned_in_high_school="Créditos de preparatoria obtenidos",
    earlier="Antes de la preparatoria",
    earlier_hint="Los créditos de cursos tomados en 8.º grado o antes van aparte. La nueva escuela decide si los cuenta.",
    earlier_mark="tomado en {grade}, no se cuenta como preparatoria",
    broken_off="Interrumpido",
    none_broken_off="Ningún curso interrumpido",
    earned_since="Acreditado después",
    more_earned_since="Interrumpidos, pero acreditados después: {count}",
    hours="horas",
    grade_to_date="calificación hasta la fecha",
    questions="Preguntas abiertas entre estados",
    near_match="Otro registro puede ser de este menor: {state}, en duda desde el {day}.",
    near_matches="Otros {count} registros pueden ser de este menor: {state}, en duda desde el {day}.",
    near_match_now="Lo que dice «Situación actual» es solo de este registro; el otro puede ser más reciente.",
    near_match_hint="Hay personas que lo están decidiendo. Mientras tanto, pregunte en la oficina que aparece en «A quién llamar».",
    agree_on="Los estados coinciden en",
    own_values="Cada estado lo decide por su cuenta, y difieren",
    alone_on="Solo un estado informa de",
    one_state="Solo un estado ha enviado un registro.",
    topics={
        "name": "nombre",
        "birth_date": "fecha de nacimiento",
        "sex": "sexo",
        "multiple_birth_flag": "parto múltiple",
        "mother": "madre",
        "father": "padre",
        "pfs_flag": "prioridad para recibir servicios",
        "lep_indicator": "aprende inglés",
        "idea_indicator": "discapacidad",
        "med_alert": "alerta médica",
        "immunization_record_flag": "registro de vacunas",
    },
    family_and_ids="Familia e identificadores estatales",
    parents={"mother": "Madre", "father": "Padre"},
    reach={
        "parent_1_phone": "Padre o madre 1, teléfono",
        "parent_1_email": "Padre o madre 1, correo electrónico",
        "parent_2_phone": "Padre o madre 2, teléfono",
        "parent_2_email": "Padre o madre 2, correo electrónico",
    },
    no_family="Ningún estado ha enviado padres, teléfono ni correo electrónico.",
    state_id="Identificador en {state}",
    whom_to_call="A quién llamar",
    nobody_named="No hay contacto registrado; pregunte en la oficina de educación migrante del estado.",
    unknown="no se envió",
    courses="Cursos con crédito",
    courses_in_progress="Cursos en curso",
    broken_courses="Cursos interrumpidos",
    subjects="Créditos por materia",
    subject="Materia",
    subject_not_sent="Materia no enviada",
    course="Curso",
    year="Año escolar",
    term="Período",
    parts={"01": "año completo", "02": "parte A", "03": "parte B"},
    result="Resultado",
    repeated="en cursos repetidos",
    repeated_mark="repetido",
    not_counted="enviado dos veces, contado una",
    moves="Mudanzas que dan derecho",
    move_from="Desde",
    move_to="Hasta",
    enrollments="Inscripciones",
    school="Escuela o proyecto",
    assessments="Evaluaciones",
    assessment="Evaluación",
    score="Resultado",
    health="Salud",
    family="Familia y contacto",
    child="El estudiante",
    schooling="Graduación y residencia",
    element="Dato",
    value="Valor",
    source="Según",
    sources="Tal como lo envió cada estado",
    sources_hint="Cada dato como está en el archivo del estado, con su significado al lado: las fechas como año, mes y día, los códigos como códigos. Lo que el estado dejó vacío aparece con una raya.",
    nothing_sent="No se envió nada.",
    more_in_full="Hay {count} más en el expediente completo.",
    more_below="Hay {count} más en las páginas siguientes.",
    more_values="{count} valores más",
    as_sent="Como se envió",
    meaning="Significado",
    meaning_not_public="significado no publicado",
    family_hint="Guarde este expediente y entréguelo en la nueva escuela.",
    residency="solo residencia, sin inscripción",
    day="Fecha",
    different="difiere",
    no_credit="terminado sin crédito",
    linked="Identificador estatal del estudiante",
    needs_labels={
        "pfs_flag": "Prioridad para recibir servicios",
        "lep_indicator": "Aprende inglés como segunda lengua",
        "idea_indicator": "Discapacidad (ley IDEA)",
        "med_alert": "Alerta médica",
        "immunization_record_flag": "Registro de vacunas disponible",
    },
)

PHRASES: Mapping[str, Phrases] = {"en": ENGLISH, "es": SPANISH}


def untranslated() -> list[str]:
    """Names of phrases that are the same in both languages, for a test to look at."""
    same: list[str] = []
    for one in fields(Phrases):
        english: Any = getattr(ENGLISH, one.name)
        if english == getattr(SPANISH, one.name):
            same.append(one.name)
    return same
