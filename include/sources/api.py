"""What sources share that read an API of one host."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pydantic import Field

from include.errors import ServerError, TokenRefusedError, UnreachableError
from include.sources.base import Source, SourceConfig, SourceRun

if TYPE_CHECKING:
    from include.net.wire import Limits


class ApiConfig(SourceConfig):
    """What a district file says of every API: its connection, and the limits of one request."""

    connection: str
    # For connecting, and between two pieces of an answer.
    timeout_s: float = Field(default=60, gt=0)
    # For a whole answer, however slowly it drips.
    deadline_s: float = Field(default=300, gt=0)
    # The greatest size of one answer, unpacked.
    max_answer_mb: int = Field(default=64, ge=1)
    max_attempts: int = Field(default=6, ge=1)

    @property
    def limits(self) -> Limits:
        """Those of one answer, in seconds and bytes."""
        from include.net.wire import Limits

        return Limits(self.timeout_s, self.deadline_s, self.max_answer_mb * 1_000_000)


class ApiClient(Protocol):
    """What a source needs of its client beside the calls of its own."""

    def answers(self) -> bool:
        """Whether the host answers at all, by one request without a second attempt."""
        ...

    def close(self) -> None:
        """Close what it opened."""
        ...


C = TypeVar("C", bound=ApiConfig)
T = TypeVar("T", bound=ApiClient)


class ApiSource(Source[C], Generic[C, T]):
    """A source that reads one host by one client, which is made when it is first needed."""

    def __init__(self, run: SourceRun) -> None:
        super().__init__(run)
        self._opened: T | None = None

    def check(self) -> None:
        """Raise ConfigError for a connection that lacks a part."""
        self.connect(self.config).close()

    def reach(self) -> None:
        """Raise what stops us from reading the host, after one attempt."""
        client = self.connect(self.config.model_copy(update={"max_attempts": 1}))
        try:
            self.log_in(client)
        finally:
            client.close()

    def close(self) -> None:
        """Close the client."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def is_down(self, error: Exception) -> bool:
        """Whether no other feed can be read either; one alone may be too much for a host."""
        if isinstance(error, TokenRefusedError):
            return True
        return isinstance(error, UnreachableError | ServerError) and not self.client.answers()

    @property
    def client(self) -> T:
        """One client for all that this object reads."""
        if self._opened is None:
            self._opened = self.connect(self.config)
        return self._opened

    @abstractmethod
    def connect(self, config: C) -> T:
        """A client that shares its token with the other tasks of this source; asks nothing yet."""

    @abstractmethod
    def log_in(self, client: T) -> None:
        """Make one request that needs the right credentials, and read no record."""
