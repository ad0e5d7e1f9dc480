"""What a row of a file says of tests: `results` of a layout, which dbt reads as data.

A file whose layout has them needs no SQL of its own. A row is one test, or several (`results` is a
list): of each the layout says subject, window, scores, level, parts, and when it does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints

from include.sources.files.fields import STRICT, Column, Domain

# A word of ours: what codes of a vendor are read as.
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
# Whole words of a name, as they are looked for: lower case, one blank between them.
Name = Annotated[
    str,
    StringConstraints(min_length=1),
    BeforeValidator(
        lambda v: " ".join(re.findall(r"[^\W_]+", v.lower())) if isinstance(v, str) else v
    ),
]
# A vendor's codes by our word; a spreadsheet or YAML may make numbers of them.
Text = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int | float) else v)]
Method = Literal[
    "percentile", "local_percentile", "growth_percentile", "scale_score", "raw_score", "level",
    "lexile", "quantile", "grade_equivalent", "normal_curve_equivalent", "other",
]  # fmt: skip
Level = Literal["well_below", "below", "near", "met", "advanced"]
# What an invalid rule makes of a value that leaves the result valid.
VALID = "valid"
# Why the models themselves do not count a result: a layout's word must not look like one of these.
OUR_REASONS = frozenset({"no_date", "no_score", "superseded", "same_sitting"})


def _once(codes: dict[str, list[str]]) -> dict[str, list[str]]:
    seen: dict[str, str] = {}
    for word, listed in codes.items():
        for code in listed:
            other = seen.setdefault(plain(code), word)
            if other != word:
                raise ValueError(f"seen {code!r} as {other} and as {word}; expected one of them")
    return codes


def plain(code: str) -> str:
    """A code as it is compared: without regard to case and spaces around it."""
    return code.strip().lower()


Codes = Annotated[dict[Word, list[Text]], AfterValidator(_once)]
LevelCodes = Annotated[dict[Level, list[Text]], AfterValidator(_once)]


class _Strict(BaseModel):
    model_config = STRICT


class Coded(_Strict):
    """A value that a column says, in our words where `codes` knows it."""

    column: Column
    codes: Codes = {}


class Subject(Coded):
    """The subject that a column says; `languages` are those of subjects not tested in English."""

    languages: dict[Word, str] = {}


class Leveled(_Strict):
    """A performance level that a column says."""

    column: Column
    codes: LevelCodes = {}


class Named(_Strict):
    """A column that names something in the vendor's own words."""

    column: Column


class Student(_Strict):
    """Whose tests a row tells: columns of ids by kind, and of what must agree beside the id.

    A number of the vendor's own is none of them: nobody else knows it.
    """

    local: Column | None = None  # the district's number
    state: Column | None = None
    first_name: Column | None = None
    last_name: Column | None = None
    birth_date: Column | None = None

    def columns(self) -> dict[str, str]:
        """Its columns, by what they say."""
        return {what: column for what, column in self.model_dump().items() if column}


class Score(_Strict):
    """A score of a test, or of a part of it; its range is that of `domains`."""

    column: Column
    method: Method
    # The group that a percentile compares with; percentiles of two groups are never compared.
    norm_set: str | None = None
    # The windows between which growth is measured.
    from_window: Word | None = None
    to_window: Word | None = None


class Part(_Strict):
    """A part of a test: a domain, a standard, a skill area, a goal."""

    scope: Literal["domain", "standard", "skill_area", "goal", "objective"] = "domain"
    code: str
    name: str
    scores: list[Score] = []
    level: Column | None = None


class Invalid(_Strict):
    """When a result does not count: by values of a column, or by `any` other value of it."""

    column: Column
    codes: Codes = {}
    any: Word | None = None


class Result(_Strict):
    """One test in a row."""

    # Tells the tests of a row apart; a row of one test needs none.
    code: Word | None = None
    title: str | Named
    # Of tests that may tell one sitting; unset: the layout's source.
    family: Word | None = None
    # Words by which another source names the test; what it tells may be the same sitting.
    also_told_as: list[Name] = []
    subject: Word | Subject
    window: Word | Coded | None = None
    grade: Column | None = None
    # Of this test, where the file has one for each; unset: `test_date` of the file.
    date: Column | None = None
    time: Column | None = None
    scores: list[Score] = []
    level: Leveled | None = None
    parts: list[Part] = []
    invalid: list[Invalid] = []

    @property
    def date_cell(self) -> str:
        """The name under which the reader adds this test's date as ISO."""
        return f"_date_{self.code}" if self.date and self.code else "_test_date"

    def columns(self) -> Iterator[str]:
        """All columns that it reads."""
        yield from (column for column in (self.grade, self.date, self.time) if column)
        coded = (self.title, self.subject, self.window, self.level)
        yield from (one.column for one in coded if one is not None and not isinstance(one, str))
        yield from (score.column for score in self.all_scores())
        yield from (part.level for part in self.parts if part.level)
        yield from (rule.column for rule in self.invalid)

    def all_scores(self) -> Iterator[Score]:
        """Its scores and those of its parts."""
        yield from self.scores
        for part in self.parts:
            yield from part.scores

    def problems(self) -> Iterator[str]:
        """What is wrong with it by itself."""
        name = f"`results` {self.code or ''}".strip()
        if not self.scores and self.level is None:
            yield f"{name}: seen neither `scores` nor `level`; expected at least one"
        for score in self.scores:
            yield from _problems(f"{name}: `{score.column}`", score)
        columns = [score.column for score in self.scores]
        for column in sorted({c for c in columns if columns.count(c) > 1}):
            yield f"{name}: seen {column!r} twice among `scores`; expected each column once"
        yield from _pairs_told_twice(name, self.scores)
        parts = [(part.scope, part.code) for part in self.parts]
        for scope, code in sorted({p for p in parts if parts.count(p) > 1}):
            yield f"{name}: seen two parts {scope} {code!r}; expected a code of its own for each"
        for part in self.parts:
            if not part.scores and part.level is None:
                yield f"{name}: part {part.code!r} has neither `scores` nor `level`"
            if len({score.method for score in part.scores}) < len(part.scores):
                yield f"{name}: part {part.code!r} has two scores of one method; expected one each"
        if isinstance(self.subject, Subject) and (
            unknown := sorted(set(self.subject.languages) - set(self.subject.codes))
        ):
            yield f"{name}: `languages` of {', '.join(unknown)}; expected words of `codes`"
        for rule in self.invalid:
            if not rule.codes and rule.any is None:
                yield f"{name}: `invalid` of {rule.column!r} has neither `codes` nor `any`"
            if taken := sorted(OUR_REASONS & {*rule.codes, rule.any or VALID}):
                yield (
                    f"{name}: `invalid` of {rule.column!r}: seen {', '.join(map(repr, taken))};"
                    " expected a word of your own, as results that Firstbell does not count have it"
                )


def problems_of_all(
    results: Sequence[Result], student: Student | None, domains: Mapping[str, Domain]
) -> Iterator[str]:
    """What is wrong with the results of one file; `domains` are those of its columns."""
    if not results:
        if student is not None:
            yield "`student`: seen without `results`; expected both or none"
        return
    if student is None or not (student.local or student.state):
        yield "`student`: seen no id; expected the column `local` or `state`"
    elif student.local == student.state:
        yield (
            f"`student`: seen {student.local!r} as `local` and as `state`; expected one of them:"
            " who gave the number decides whom it may match"
        )
    elif not (student.birth_date or (student.first_name and student.last_name)):
        yield (
            "`student`: seen neither `birth_date` nor both `first_name` and `last_name`; expected"
            " one of them: an id alone matches nobody"
        )
    codes = [result.code for result in results]
    if len(results) > 1 and (None in codes or len(set(codes)) < len(codes)):
        yield "`results`: seen several without a `code` of their own; expected one for each"
    for result in results:
        yield from result.problems()
        for score in result.scores:
            domain = domains.get(score.column)
            if score.method in _RANGED and (domain is None or domain.number is None):
                yield f"`results`: no range of {score.column!r}; expected a number in `domains`"
            elif score.method in _PERCENTILES and not _is_percent(domain):
                yield f"`domains`: seen {domain} for {score.column!r}; expected 0 to 100 at most"


_PERCENTILES = ("percentile", "growth_percentile", "local_percentile")
_RANGED = (*_PERCENTILES, "scale_score")


def _pairs_told_twice(name: str, scores: Sequence[Score]) -> Iterator[str]:
    """Growth percentiles between the same windows: a result has one growth for each pair."""
    told: dict[str, list[str]] = {}
    for score in scores:
        if score.method == "growth_percentile":
            pair = f"{score.from_window} to {score.to_window}"
            told.setdefault(pair if score.from_window else "unknown windows", []).append(
                score.column
            )
    for pair, columns in told.items():
        if len(set(columns)) > 1:
            yield (
                f"{name}: seen growth_percentile of {pair} twice ({', '.join(columns)});"
                " expected one, or `from_window` and `to_window` that tell them apart"
            )


def problems_of_labels(codes: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Codes, and labels, of a column that differ in case only: dbt compares neither by case."""
    for column, labels in codes.items():
        for one, other in _alike(labels):
            yield (
                f"`codes.{column}`: seen {one!r} and {other!r};"
                " expected codes that differ in more than case"
            )
        for one, other in _alike(dict.fromkeys(labels.values())):
            yield f"`codes.{column}`: seen {one!r} and {other!r}; expected one spelling of a label"


def _alike(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Words that are one without regard to case and spaces around, each with the first such."""
    first: dict[str, str] = {}
    for word in words:
        if (other := first.setdefault(plain(word), word)) != word:
            yield other, word


def _is_percent(domain: Domain | None) -> bool:
    if domain is None or domain.min is None or domain.max is None:
        return False
    return domain.min >= 0 and domain.max <= 100


def _problems(name: str, score: Score) -> Iterator[str]:
    if (score.method == "percentile") != (score.norm_set is not None):
        yield f"{name}: expected a `norm_set` with a percentile, and with nothing else"
    windows = (score.from_window, score.to_window)
    if any(windows) and (not all(windows) or score.method != "growth_percentile"):
        yield f"{name}: expected `from_window` and `to_window` together, with a growth_percentile"
