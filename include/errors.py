"""The exceptions that Firstbell raises, one tree.

    FirstbellError
    ├── ConfigError               a setting or a district file is wrong; nothing was started
    ├── SourceError               a source system did not answer as its contract says
    │   ├── AuthenticationError   it refused our credentials
    │   │   └── TokenRefusedError it gave no token, so that nothing of it can be read
    │   ├── UnreachableError      no connection, or none in time
    │   │   └── TooSlowError      it sends, but would not come to an end in time
    │   ├── HostKeyError          the SFTP server is not the one we know
    │   ├── RateLimitedError      it kept asking us to slow down
    │   ├── ServerError           it kept failing (5xx)
    │   ├── ProtocolError         the answer is not what the contract promises
    │   └── WatermarkError        its newest state is older than the one we hold
    ├── FeedError                 the feed arrived but must not be committed
    │   ├── EmptyFeedError        no rows: an empty file is never a snapshot
    │   ├── UnreadableFileError   truncated ZIP, unknown encoding, unexpected delimiter
    │   ├── MissingColumnsError   a required column is not there
    │   ├── WrongDistrictError    a file says that it is another district's
    │   ├── WrongYearError        the content is of another school year than the run
    │   │   └── PastYearError     all of it is of school years gone by: a file that was left there
    │   ├── CountMismatchError    we hold fewer rows than the source says it sent
    │   ├── DeltaGapError         after these changes we would not hold what the source holds
    │   └── ParkedFeedError       it would delete too much; an operator must release it
    ├── UnreadError               a run ended before it came to a feed
    ├── NotBuiltError             an ingest waits, and no build has taken it in
    ├── LateAttendanceError       a school has sent no attendance for too many school days
    ├── EgressError               something must not, or could not, leave the house
    │   ├── GateRefusedError      the vendor registry does not permit it
    │   ├── StaleReportError      the report is of another day than the run
    │   ├── CardTooLargeError     the message is too large even without its reasons
    │   ├── ChannelError          a receiver refused, or kept failing
    │   ├── NeedsAttentionError   messages wait for a person
    │   └── DisclosureLogError    rows of the disclosure log were changed or are gone
    ├── StorageError              the warehouse refused a statement or broke off
    │   └── DiskFullError         its disk is full, or that of our working files
    └── TransformError            dbt failed
        └── TransformInterruptedError   the warehouse broke off or was locked: try again

Every message says where, what was seen, what was expected and what to do next. It never holds a
student's name or identifier, nor a secret.
"""

from __future__ import annotations


class FirstbellError(Exception):
    """Base of all errors; renders as `where: seen; expected …. next step`."""

    def __init__(self, where: str, *, seen: str, expected: str, next_step: str) -> None:
        self.where = where
        self.seen = seen
        self.expected = expected
        self.next_step = next_step
        super().__init__(f"{where}: {seen}; expected {expected}. {next_step}")

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _rebuild, (type(self), self.where, self.seen, self.expected, self.next_step)


def _rebuild(
    kind: type[FirstbellError], where: str, seen: str, expected: str, next_step: str
) -> FirstbellError:
    """Rebuild an error in another process: keyword-only arguments defeat the default pickling."""
    return kind(where, seen=seen, expected=expected, next_step=next_step)


class ConfigError(FirstbellError):
    """A setting or a district file is wrong."""


class SourceError(FirstbellError):
    """A source system did not answer as its contract says."""


class AuthenticationError(SourceError):
    """The source refused our credentials."""


class TokenRefusedError(AuthenticationError):
    """The source gave no token for our credentials: nothing of it can be read."""


class UnreachableError(SourceError):
    """No connection to the source, or none in time."""


class TooSlowError(UnreachableError):
    """The source sends, but would not come to an end in time."""


class HostKeyError(SourceError):
    """The SFTP server's host key is not the one in the connection."""


class RateLimitedError(SourceError):
    """The source kept answering 429."""


class ServerError(SourceError):
    """The source kept answering 5xx."""


class ProtocolError(SourceError):
    """The answer is not what the contract promises."""


class WatermarkError(SourceError):
    """The source's newest state is older than the watermark that we stored."""


class UnreadError(FirstbellError):
    """A run ended before it came to a feed: its task was killed or ran out of time."""


class FeedError(FirstbellError):
    """The feed arrived, but committing it would harm good data."""


class EmptyFeedError(FeedError):
    """The feed holds no rows."""


class UnreadableFileError(FeedError):
    """The file is truncated, or its encoding or delimiter is unknown."""


class MissingColumnsError(FeedError):
    """A required column is missing."""


class WrongDistrictError(FeedError):
    """A file says that it is another district's."""


class WrongYearError(FeedError):
    """The content of a file, or of a whole source, is of another school year than the run."""


class PastYearError(WrongYearError):
    """Every row of a file is of a school year gone by: nothing of this year is lost without it."""


class CountMismatchError(FeedError):
    """Fewer rows arrived than the source's own total."""


class DeltaGapError(FeedError):
    """With these changes we would hold more or fewer records than the source: read it whole."""


class ParkedFeedError(FeedError):
    """The feed would delete too many rows and waits for an operator."""


class NotBuiltError(FirstbellError):
    """A night has not come to its end: an ingest waits for a build, or has not ended itself."""


class LateAttendanceError(FirstbellError):
    """A school has sent no attendance for longer than the district's policy allows."""


class EgressError(FirstbellError):
    """Something must not, or could not, leave the house."""


class GateRefusedError(EgressError):
    """The vendor registry does not permit the message."""


class StaleReportError(EgressError):
    """The report that messages are made from is of another day than the run."""


class CardTooLargeError(EgressError):
    """The message is too large for its channel, even without its reasons."""


class ChannelError(EgressError):
    """A receiver refused us, or kept failing."""


class NeedsAttentionError(EgressError):
    """Messages wait for a person to decide."""


class DisclosureLogError(EgressError):
    """The disclosure log is not what was written: rows were changed or taken away."""


class StorageError(FirstbellError):
    """The warehouse refused a statement or broke off; never repeats what it said about values."""


class DiskFullError(StorageError):
    """The disk of the warehouse, or of our own working files, is full."""


class TransformError(FirstbellError):
    """A dbt command failed."""


class TransformInterruptedError(TransformError):
    """A dbt command lost its connection or waited too long for a lock: the next try may succeed."""
