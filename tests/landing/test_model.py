"""Any sequence of loads leaves raw as a simple model of the rules says, with all history kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include import landing
from include.errors import EmptyFeedError
from include.landing import writer
from include.records import Change, FeedKind, Reject, Seen, Tombstone, Upsert
from tests.landing.support import FEED, Script, query, request

KEYS = st.sampled_from(["a", "b", "c", 'd "quoted"', "e\nnew line", "f\tü€", "\\."])
SCOPES = st.sampled_from([None, "math", "ela"])
# what text can hold in JSON and in Postgres: everything but NUL and lone surrogates
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
PAYLOADS = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(0, 3), st.none()), max_size=2)
UPSERTS = st.builds(Upsert, KEYS, PAYLOADS, st.just("row\x01 1"), SCOPES)
CHANGES = st.one_of(
    UPSERTS,
    UPSERTS,
    st.builds(Tombstone, KEYS, st.just("deletes")),
    st.builds(Seen, KEYS),
    st.tuples(TEXT, st.one_of(st.none(), KEYS)).map(
        lambda drawn: Reject("bad", drawn[0], "row", key=drawn[1])
    ),
)


@dataclass(frozen=True)
class Load:
    kind: FeedKind
    batches: list[list[Change]]
    scopes: frozenset[str]
    instance: str


LOADS = st.builds(
    Load,
    st.sampled_from(FeedKind),
    st.lists(st.lists(CHANGES, max_size=6), max_size=3),
    st.sampled_from([frozenset(), frozenset({"math"}), frozenset({"math", "ela"})]),
    st.sampled_from(["", "north"]),
)


@dataclass
class Model:
    """The rules of a load, in plain Python: an instance's live records by key."""

    # payload and scope
    live: dict[str, tuple[Any, str | None]] = field(default_factory=dict)

    def load(self, load: Load) -> bool:
        """Apply a load; False when it must be refused."""
        changes = [change for batch in load.batches for change in batch]
        held = {c.key for c in changes if not isinstance(c, Reject) or c.key is not None}
        usable = any(isinstance(c, Upsert | Seen) for c in changes)
        if load.kind is FeedKind.SNAPSHOT and not usable:
            return False
        before = dict(self.live)
        for change in changes:
            if isinstance(change, Upsert):
                scope = change.scope
                if scope is None and before.get(change.key, (None,))[0] == change.payload:
                    # a delta may not know the scope: the same record stays in its own
                    scope = before[change.key][1]
                self.live[change.key] = (change.payload, scope)
            elif isinstance(change, Tombstone):
                self.live.pop(change.key, None)
        if load.kind is FeedKind.SNAPSHOT:
            for key, (_, scope) in list(self.live.items()):
                if key not in held and (not load.scopes or scope in load.scopes):
                    del self.live[key]
        return True


@pytest.mark.parametrize("bulk_from_rows", [1, 5_000], ids=["bulk", "staged"])
def test_raw_follows_the_model(
    warehouse: str, monkeypatch: pytest.MonkeyPatch, bulk_from_rows: int
) -> None:
    monkeypatch.setattr(writer, "BULK_FROM_ROWS", bulk_from_rows)

    @settings(
        max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(st.lists(LOADS, min_size=1, max_size=5))
    def check(loads: list[Load]) -> None:
        with psycopg.connect(warehouse) as connection:
            connection.execute(f"truncate raw.{FEED.table}")
        models = {"": Model(), "north": Model()}
        history: set[tuple[Any, ...]] = set()
        for load in loads:
            _land_as_model_expects(warehouse, load, models[load.instance])
            history = _check_raw(warehouse, models, history)

    check()


def _land_as_model_expects(url: str, load: Load, model: Model) -> None:
    live_before = len(model.live)
    stream = Script(load.batches, scopes=set(load.scopes))
    if not model.load(load):
        with pytest.raises(EmptyFeedError):
            landing.land(url, stream, request(load.kind, instance=load.instance))
        return
    result = landing.land(url, stream, request(load.kind, instance=load.instance))
    assert result.rows_new - result.rows_deleted == len(model.live) - live_before


def _check_raw(
    url: str, models: dict[str, Model], before: set[tuple[Any, ...]]
) -> set[tuple[Any, ...]]:
    """Current state is the models'; every version of before is still there; returns them all."""
    rows = query(
        url,
        "select record_key, load_id, payload, scope, is_deleted, superseded_by, payload::text,"
        " instance"
        f" from raw.{FEED.table}",
    )
    current = [row for row in rows if row[5] is None]
    records = {(row[7], row[0]) for row in rows}
    assert len(current) == len({(row[7], row[0]) for row in current}) == len(records)
    live = {(row[7], row[0]): (row[2], row[3]) for row in current if not row[4]}
    assert live == {(i, key): of for i, model in models.items() for key, of in model.live.items()}
    versions = {(row[7], row[0], row[1], row[6], row[3], row[4]) for row in rows}
    assert len(versions) == len(rows)
    assert before <= versions
    return versions
