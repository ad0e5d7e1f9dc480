"""What layout files are written in: columns by any spelling, patterns, and domains of values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

from include.sources.files.headers import canonical
from include.sources.files.numbers import read_number

# How layouts are read: an unknown key is a typing error.
STRICT = ConfigDict(extra="forbid", frozen=True)


def _flatten(value: Any) -> Any:
    """Accept nested lists, so that a YAML anchor can stand for a group of columns."""
    return list(_leaves(value)) if isinstance(value, list) else value


def _leaves(value: list[Any]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, list):
            yield from _leaves(item)
        else:
            yield item


def _is_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


# Of raw tables: `<source>__<entity>`, so that two underscores stand between the two alone.
RawName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
Column = Annotated[str, BeforeValidator(lambda v: canonical(v) if isinstance(v, str) else v)]
Columns = Annotated[list[Column], BeforeValidator(_flatten)]
# One column may stand without a list.
Scope = Annotated[
    list[Column], BeforeValidator(lambda v: [v] if isinstance(v, str) else _flatten(v))
]
Headers = Annotated[list[str], BeforeValidator(_flatten)]
Pattern = Annotated[str, BeforeValidator(_is_pattern)]


class Domain(BaseModel):
    """What a value may be: a number within limits, or one of a list. Blank is always allowed."""

    model_config = STRICT

    number: Literal["integer", "decimal"] | None = None
    min: float | None = None
    max: float | None = None
    values: list[str] | None = None
    # What may stand instead of a number, such as Discontinued.
    words: list[str] = []

    @model_validator(mode="after")
    def _says_something(self) -> Domain:
        if (self.number is None) == (self.values is None):
            raise ValueError("a domain has either `number` or `values`")
        if self.values is not None and (not self.values or (self.min, self.max) != (None, None)):
            raise ValueError("`values`: expected at least one value, and no limits beside them")
        if self.values is not None and self.words:
            raise ValueError("`words` stand beside a `number`; put them among the `values`")
        if self.min is not None and self.max is not None:
            self._check_limits(self.min, self.max)
        return self

    def _check_limits(self, low: float, high: float) -> None:
        if low > high:
            raise ValueError(f"seen min {low:g} above max {high:g}; expected min <= max")
        if self.number == "integer" and math.ceil(low) > math.floor(high):
            raise ValueError(
                f"seen no whole number from {low:g} to {high:g}; expected limits that one fits"
            )

    def __str__(self) -> str:
        if self.values is not None:
            return f"one of {', '.join(self.values)}"
        limits = f" {self.min:g} to {self.max:g}" if None not in (self.min, self.max) else ""
        words = "".join(f" or {word}" for word in self.words)
        return f"{'a whole number' if self.number == 'integer' else 'a number'}{limits}{words}"

    def holds(self, text: str) -> bool:
        """Whether a non-blank text is in the domain; `85.0` is a whole number."""
        if self.values is not None:
            return text in self.values
        if text in self.words:
            return True
        value = read_number(text)
        if value is None or (self.number == "integer" and value != value.to_integral_value()):
            return False
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)
