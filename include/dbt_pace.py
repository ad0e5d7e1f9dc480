"""What dbt 1.11 does for its developers at the cost of each command, left out of ours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made before Python looks for garbage among the youngest; its own default is 700.
_OBJECTS_BETWEEN_COLLECTIONS = 200_000


@contextmanager
def unhindered() -> Iterator[None]:
    """Let dbt run for the time of a `with` block without two costs that serve nobody.

    It holds the parsed project, millions of objects, to the end of its command: looking for
    garbage among them took a tenth of a build's processor time.

    For each of its 13 behavior flags it goes through the call stack, in search of the module that
    may stand in a warning. For each frame without a file (`python -m` makes two) that search goes
    through all modules, three times: 0.2 seconds per command under Airflow.
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered

    before = gc.get_threshold()
    search = vars(BehaviorFlagRendered)["_default_source"]
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 50, 50)
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]
    try:
        yield
    finally:
        gc.set_threshold(*before)
        BehaviorFlagRendered._default_source = search  # type: ignore[method-assign]
