"""The exceptions of ml/, one tree; each says where, what was seen, what was expected, what to do.

No message holds a student's name or key, nor a value of a student's row.
"""

from __future__ import annotations

from typing import ClassVar


class MlError(Exception):
    """Base of all errors of ml/; renders as `where: seen; expected …. next step`."""

    # Whether trying again is pointless; the scheduler reads it, without knowing this module.
    is_final: ClassVar[bool] = True

    def __init__(self, where: str, *, seen: str, expected: str, next_step: str) -> None:
        self.where = where
        self.seen = seen
        self.expected = expected
        self.next_step = next_step
        super().__init__(f"{where}: {seen}; expected {expected}. {next_step}")

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        # keyword-only arguments defeat the default pickling between processes
        return _rebuild, (type(self), self.where, self.seen, self.expected, self.next_step)


def _rebuild(kind: type[MlError], where: str, seen: str, expected: str, next_step: str) -> MlError:
    return kind(where, seen=seen, expected=expected, next_step=next_step)


class ColumnsError(MlError):
    """The frame has columns that nobody declared, or lacks columns that were."""


class ProtectedAttributeError(ColumnsError):
    """A protected attribute was declared as a feature; it is for the audit only."""


class ValuesError(MlError):
    """A column holds values outside its declared range or of another type."""


class PolicyError(MlError):
    """A number of a policy is not one, out of its range, or of a name that does not exist."""


class SplitError(MlError):
    """Rows to learn from and rows to test on are not apart in time."""


class TooLittleHistoryError(SplitError):
    """The labelled history is too short to be cut into learning, calibration and test."""


class TooFewPositivesError(MlError):
    """Too few students with the outcome to learn anything from."""


class ArtefactError(MlError):
    """A stored model cannot be trusted: changed, of other columns, or of another library."""


class StorageError(MlError):
    """The database refused a statement; never repeats what it said: that may quote a row."""


class StorageInterruptedError(StorageError):
    """The database was not there, broke off or was locked: the next try may succeed."""

    is_final = False
