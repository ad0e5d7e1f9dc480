"""`results` of layouts as rows, by which dbt reads the files without SQL for each vendor.

Roles of columns: `title`, `family`, `subject`, `window`, `grade`, `time`, `date`, `school_year`,
`level`, `score`, `part_score`, `part_level`, `invalid` of a test; `local_id`, `state_id`,
`first_name`, `last_name`, `birth_date` of a student. Roles of codes: `label`, `subject`, `family`,
`window`, `level`, `invalid`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from include.records import LayoutCode, LayoutColumn, LayoutData
from include.sources.files.layouts import FileLayout, Layout
from include.sources.files.results import Coded, Leveled, Named, Result, Score, Subject, plain


def as_data(layouts: Iterable[Layout], unread: Iterable[str] = ()) -> LayoutData:
    """The rows of all layouts that describe results; `unread` names those nobody could read."""
    columns: list[LayoutColumn] = []
    codes: list[LayoutCode] = []
    for layout in layouts:
        # two files of one entity say the same
        told = {file.entity: file for file in layout.files if file.results}
        for file in told.values():
            for result in file.results:
                rows = _Rows(layout.source, file, result)
                columns += rows.columns()
                codes += rows.codes()
    return LayoutData(tuple(columns), tuple(codes), frozenset(unread))


class _Rows:
    """The rows of one test of one kind of file."""

    def __init__(self, source: str, file: FileLayout, result: Result) -> None:
        self._source, self._file, self._result = source, file, result
        self._test = result.code or ""

    def columns(self) -> Iterator[LayoutColumn]:
        result, file = self._result, self._file
        yield self._valued("title", result.title)
        yield self._valued("family", result.family or self._source)
        yield self._valued("subject", result.subject)
        if result.window is not None:
            yield self._valued("window", result.window)
        if result.level is not None:
            yield self._valued("level", result.level)
        yield self._column("date", column_name=result.date_cell)
        years = [column for column in file.school_year if column not in file.dates]
        single = {"grade": result.grade, "time": result.time, "school_year": next(iter(years), "")}
        yield from (self._column(role, column_name=name) for role, name in single.items() if name)
        for place, score in enumerate(result.scores):
            yield self._scored("score", place, score)
        yield from self._parts()
        for place, rule in enumerate(result.invalid):
            yield self._column("invalid", place, column_name=rule.column, value=rule.any)
        yield from self._student()

    def _student(self) -> Iterator[LayoutColumn]:
        assert self._file.student is not None  # a layout with results has one
        for what, column in self._file.student.columns().items():
            role = f"{what}_id" if what in ("local", "state") else what
            # as ISO, by the name that the reader gives it
            yield self._column(role, column_name="_birth_date" if what == "birth_date" else column)

    def _parts(self) -> Iterator[LayoutColumn]:
        scores = 0
        for place, part in enumerate(self._result.parts):
            named = {"scope": part.scope, "part_code": part.code, "part_name": part.name}
            for score in part.scores:
                yield self._scored("part_score", scores, score, **named)
                scores += 1
            if part.level:
                yield self._column("part_level", place, column_name=part.level, **named)

    def codes(self) -> Iterator[LayoutCode]:
        result = self._result
        for column, labels in self._file.codes.items():
            yield from (self._code("label", code, label, column) for code, label in labels.items())
        if isinstance(result.subject, Subject):
            for word, listed in result.subject.codes.items():
                language = result.subject.languages.get(word)
                for code in listed:
                    yield self._code("subject", code, word, language=language)
        else:
            yield self._code("subject", result.subject, result.subject)
        family = result.family or self._source
        yield from (self._code("family", name, family) for name in result.also_told_as)
        coded = {"window": result.window, "level": result.level}
        for role, value in coded.items():
            for word, listed in value.codes.items() if isinstance(value, Coded | Leveled) else ():
                yield from (self._code(role, code, word) for code in listed)
        for place, rule in enumerate(result.invalid):
            for word, listed in rule.codes.items():
                yield from (self._code("invalid", c, word, place=place) for c in listed)

    def _valued(self, role: str, value: str | Coded | Leveled | Named) -> LayoutColumn:
        if isinstance(value, str):
            return self._column(role, value=value)
        return self._column(role, column_name=value.column)

    def _scored(self, role: str, place: int, score: Score, **named: str) -> LayoutColumn:
        domain = self._file.domain_of.get(score.column)
        return self._column(
            role,
            place,
            column_name=score.column,
            method=score.method,
            # percentiles of two vendors are of two norms, whatever they call them
            norm_set=f"{self._source}: {score.norm_set}" if score.norm_set else None,
            from_window=score.from_window,
            to_window=score.to_window,
            lowest=domain.min if domain else None,
            highest=domain.max if domain else None,
            is_whole=domain.number == "integer" if domain else None,
            **named,
        )

    def _column(self, role: str, place: int = 0, **said: Any) -> LayoutColumn:
        return LayoutColumn(self._source, self._file.entity, self._test, role, place, **said)

    def _code(
        self,
        role: str,
        code: str,
        meaning: str,
        column: str | None = None,
        *,
        place: int = 0,
        language: str | None = None,
    ) -> LayoutCode:
        return LayoutCode(
            self._source, self._file.entity, self._test, role, place, column, plain(code), meaning,
            language,
        )  # fmt: skip
