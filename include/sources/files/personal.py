"""Which columns hold personal data, by their names: nobody downstream may see an unasked one.

Vendors and districts add columns any day. A name is split into words, so that `StudentSSN`,
`Sex_Code` and `HOMELESSFLAG` are found and "Phonemic Awareness" or "Transparent Scale" are not. A
column that is needed is named in the layout and is never looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Words and phrases, each also in its plural.
_PHRASES = {
    "contact and account": """
        email, e mail, mail, address, ip, ip address, street, zip, zipcode, postal, phone,
        telephone, cellphone, fax, password, passcode, pin, login, username, user name, photo,
        photograph""",
    "names": """
        first name, middle name, middle initial, last name, surname, given name, maiden name,
        preferred name, full name, nick name, nickname, student name, pupil name, child name,
        student first, student middle, student last, student mi, teacher name, teacher first,
        teacher middle, teacher last, counselor, proctor, examiner""",
    "birth and origin": """
        birth, birthdate, birthday, birthplace, dob, ssn, social security, race, racial, biracial,
        multiracial, ethnic, ethnicity, ethnicities, hispanic, latino, latina, latinx, latine,
        asian, white, black, caucasian, african american, american indian, native american, alaskan,
        alaska native, hawaiian, pacific islander, indigenous, aboriginal, tribal, tribe,
        nationality, citizen, citizenship, immigrant, refugee, asylum, migrant, migratory,
        religion, religious""",
    "sex": """
        sex, gender, male, female, pronoun, transgender, nonbinary, sexual, lgbt, lgbtq""",
    "family": """
        parent, guardian, caregiver, mother, father, mom, dad, sibling, household, custody,
        emergency, foster, military, pregnant, pregnancy""",
    "means": """
        homeless, homelessness, mckinney, econ dis, econ disadv, economic status, socioeconomic,
        disadvantage, disadvantaged, low income, family income, poverty, tanf, lunch, meal, frl,
        frpl, frpm, free reduced, neglected, delinquent, incarcerated""",
    "disability and health": """
        disab, disability, disabilities, disabled, handicap, handicapped, impaired, impairment,
        exceptionality, special ed, special education, special need, spec ed, sp ed, sped, iep,
        504, swd, autism, autistic, adhd, dyslexia, dyslexic, blind, blindness, deaf,
        deafness, hearing, visually, braille, tactile, tactile graphic, screen reader, assistive,
        accommodation, accomodation, health, medical, medicaid, medication""",
    "language and programs": """
        el, ell, lep, esl, eld, english learner, english language learner, language learner,
        limited english, emergent bilingual, bilingual, home language, native language,
        primary language, preferred language, first language, title iii, gifted, talented, gate""",
}
# What a name may hold beside them where nothing parts its words: `studentssn`, `SEXCODE`.
_NEUTRAL = """student, pupil, child, is, has, flag, code, status, indicator, ind, yn, type, desc,
    description, name, id, number, num, no, value, group, category, current, primary, home, cell,
    work, date, program, eligible, eligibility, participation, federal, state, district, school,
    local, reporting, service, in, of, or"""
# Too short to be found inside a word.
_ONLY_ALONE = {"el", "eld", "ell", "ip", "pin", "gate", "mail", "mom", "dad"}

_PARTS = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|[\W_]+"
)


def words(header: str) -> str:
    """The words of a column name in lower case: `Student_HomelessFlag` gives them with blanks."""
    return " ".join(part.lower() for part in _PARTS.split(header) if part)


@lru_cache(maxsize=4096)
def is_personal(header: str) -> bool:
    """Whether the name of a column says that it holds personal data."""
    name = words(header)
    return bool(_PHRASE.search(name)) or any(_JOINED.fullmatch(word) for word in name.split())


def _listed(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",")]


def _one_of(phrases: Iterable[str]) -> str:
    return "|".join(
        f"{re.escape(phrase)}(?:e?s)?" for phrase in sorted(phrases, key=len, reverse=True)
    )


_ALL = [phrase for text in _PHRASES.values() for phrase in _listed(text)]
_PHRASE = re.compile(rf"\b(?:{_one_of(_ALL)})\b")
_INSIDE = _one_of(phrase.replace(" ", "") for phrase in _ALL if phrase not in _ONLY_ALONE)
_BESIDE = rf"{_one_of(_listed(_NEUTRAL))}|\d"
_JOINED = re.compile(rf"(?:{_BESIDE})*(?:{_INSIDE})(?:{_BESIDE}|{_INSIDE})*")
