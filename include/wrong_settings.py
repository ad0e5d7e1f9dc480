"""What is wrong with settings that were refused, in words that say which keys there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

Place = tuple[int | str, ...]


def problems(
    error: ValidationError,
    model: type[BaseModel],
    elsewhere: Callable[[Place], str | None] = lambda place: None,
    name: Callable[[str], str] = str,
) -> str:
    """Each problem with its place; of a key that is not known, those that are and the nearest.

    `elsewhere` says where such a key belongs, if it belongs anywhere; `name` what a place is called
    where somebody sets it. Values are not repeated.
    """
    said = []
    for found in error.errors():
        place, message = found["loc"], found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            message = elsewhere(place) or _unknown_key(model, place)
        said.append(f"{name('.'.join(map(str, place))) or 'file'}: {message}")
    return "; ".join(said)


def _unknown_key(model: type[BaseModel], place: Place) -> str:
    *above, key = place
    known = sorted({name for held in _models_at(model, above) for name in held.model_fields})
    nearest = get_close_matches(str(key), known, n=1)
    meant = f" (did you mean {nearest[0]}?)" if nearest else ""
    return f"not a known key{meant}; expected one of {', '.join(known)}"


def _models_at(kind: Any, place: Sequence[int | str]) -> Iterator[type[BaseModel]]:
    """The models that may stand at a place within a type.

    Of a union the place names the member: by its class, or by the word that tells it apart.
    """
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not place:
            yield kind
        elif place[0] in kind.model_fields:
            yield from _models_at(kind.model_fields[str(place[0])].annotation, place[1:])
        return
    arguments = get_args(kind)
    if get_origin(kind) is Annotated:
        yield from _models_at(arguments[0], place)
    elif get_origin(kind) in (list, dict) and place:
        yield from _models_at(arguments[-1], place[1:])
    else:
        for member in arguments:
            is_named = bool(place) and place[0] in _names_of(member)
            yield from _models_at(member, place[1:] if is_named else place)


def _names_of(member: Any) -> set[Any]:
    if not (isinstance(member, type) and issubclass(member, BaseModel)):
        return set()
    kind = member.model_fields.get("kind")
    return {member.__name__, *(get_args(kind.annotation) if kind else ())}
