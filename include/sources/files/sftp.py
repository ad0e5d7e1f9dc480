"""Files on an SFTP server that we know: its host key stands in the connection."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import posixpath
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Timer
from typing import Any

import paramiko

from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    FirstbellError,
    HostKeyError,
    ProtocolError,
    UnreachableError,
    UnreadableFileError,
)
from include.sources.files.local import shown
from include.sources.files.remote import (
    MAX_ENTRIES,
    RemoteFile,
    Target,
    Watch,
    copy_blocks,
    too_many,
)
from include.sources.files.sftp_client import Client

TIMEOUT_S = 30.0
_PORT = 22
# Requests under way for one file: servers keep a queue of some length (64 here and there), and
# paramiko asks for a whole file at once.
_MAX_REQUESTS = 32
_NEVER = datetime.fromtimestamp(0, UTC)  # of what is not fetched, nobody asks
_KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
# What a server may sign with, per key type as it stands in the connection.
_ALGORITHMS = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
_LOST = (EOFError, OSError, paramiko.SSHException, TimeoutError)


@contextmanager
def connect(connection: Connection, path: str, watch: Watch) -> Iterator[Sftp]:
    """A session in folder `path`; raises SourceErrors that say why there is none."""
    expected = _host_key(connection)
    login = _login(connection)
    transport = _transport(connection)
    try:
        _handshake(transport, connection, expected)
        _authenticate(transport, connection, login)
        client = _client(transport, connection, watch)
        try:
            yield Sftp(client, connection.conn_id, path)
        finally:
            client.close()
    finally:
        transport.close()


def _is_told(entry: Any) -> bool:
    """Whether a listing says what an entry is, and when it was changed."""
    has_type = entry.st_mode is not None and stat.S_IFMT(entry.st_mode)
    return bool(has_type) and None not in (entry.st_size, entry.st_mtime)


class Sftp:
    """Files of one folder on the server."""

    def __init__(self, client: Client, conn_id: str, path: str) -> None:
        self._client, self._conn_id, self._path = client, conn_id, path

    def list(self) -> list[RemoteFile]:
        """Its regular files, links resolved by the server."""
        try:
            entries = self._client.list_bytes(self._path, MAX_ENTRIES)
            if len(entries) > MAX_ENTRIES:
                raise too_many(f"{self._conn_id}: {self._path}")
            return [file for entry in entries if (file := self._file(*entry))]
        except FileNotFoundError as error:
            raise ProtocolError(
                f"{self._conn_id}: {self._path}",
                seen="no such folder on the server",
                expected="the folder of the exports",
                next_step="Correct `path` in the district file; ask the vendor where it is.",
            ) from error
        except PermissionError as error:
            raise self._denied(self._path) from error
        except _LOST as error:
            raise _lost(self._conn_id, error) from error

    def _file(self, raw: bytes, listed: Any) -> RemoteFile | None:
        """A regular file; what a listing leaves out of it is asked for."""
        name = raw.decode("utf-8", "surrogateescape")
        found = listed
        if not _is_told(found) or stat.S_ISLNK(found.st_mode):
            try:
                found = self._client.stat(self._place(name))
            except FileNotFoundError:
                is_link = stat.S_ISLNK(listed.st_mode or 0)
                return self._refused(name, "a link to nothing") if is_link else None
            except PermissionError:
                return RemoteFile(name, None, _NEVER, problem=self._denied(shown(name)))
        if found.st_mode is not None and stat.S_IFMT(found.st_mode):
            if not stat.S_ISREG(found.st_mode):
                return None
        elif self._is_folder(name):
            return None
        if found.st_mtime is None:
            return self._refused(name, "a file without a time of its last change")
        return RemoteFile(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def _is_folder(self, name: str) -> bool:
        """Whether an entry is a folder, on a server that does not say what its entries are."""
        try:
            self._client.list_bytes(self._place(name), 0)
        except OSError:
            return False
        return True

    def _place(self, name: str) -> bytes:
        return posixpath.join(self._path, name).encode("utf-8", "surrogateescape")

    def _refused(self, name: str, seen: str) -> RemoteFile:
        problem = UnreadableFileError(
            f"{self._conn_id}: {shown(name)}",
            seen=seen,
            expected="a file with its type and the time of its last change",
            next_step="Tell the vendor; the other files were fetched.",
        )
        return RemoteFile(name, None, _NEVER, problem=problem)

    def copy(self, file: RemoteFile, target: Target) -> None:
        """Write a file's bytes to `target`."""
        where = f"{self._conn_id}: {shown(file.name)}"
        try:
            with self._client.open(self._place(file.name), "rb") as remote:
                if file.size is not None:
                    remote.prefetch(file.size, _MAX_REQUESTS)
                copy_blocks(remote, target)
        except PermissionError as error:
            raise self._denied(shown(file.name)) from error
        except FileNotFoundError as error:
            raise UnreachableError(
                where,
                seen="it vanished while it was fetched",
                expected="a file that stays",
                next_step="The vendor is changing the folder; run it again.",
            ) from error
        except _LOST as error:
            raise _lost(where, error) from error

    def _denied(self, what: str) -> AuthenticationError:
        return AuthenticationError(
            f"{self._conn_id}: {what}",
            seen="permission denied",
            expected="to read it",
            next_step="Ask the vendor to give our account read access.",
        )


def fingerprint(key: bytes) -> str:
    """A host key as `ssh-keygen -l` shows it."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def check(connection: Connection) -> None:
    """Raise ConfigError for a connection that cannot be right; no server is asked."""
    if not connection.host or not connection.login:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no host or no login",
            expected="the SFTP server and our account there",
            next_step="Complete the connection.",
        )
    _host_key(connection)
    _login(connection)


def _host_key(connection: Connection) -> tuple[str, bytes]:
    """Type and bytes of the server's key from the connection; there is no default."""
    text = connection.extra.get("host_key")
    words = text.split() if isinstance(text, str) else []
    try:
        if len(words) < 2:
            raise ValueError
        return words[0], base64.b64decode(words[1], validate=True)
    except (ValueError, binascii.Error):
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no usable `host_key` in its extra" if words else "no `host_key` in its extra",
            expected='{"host_key": "ssh-ed25519 AAAA…"}',
            next_step="Get the key from the vendor, or from `ssh-keyscan` and compare its "
            "fingerprint with the vendor's; an unknown server is never trusted.",
        ) from None


def _login(connection: Connection) -> paramiko.PKey | str:
    key = connection.extra.get("private_key")
    if key:
        passphrase = connection.extra.get("private_key_passphrase")
        for kind in _KEYS:
            try:
                return kind.from_private_key(io.StringIO(str(key)), password=passphrase)
            except (paramiko.SSHException, ValueError):
                continue
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="a `private_key` that cannot be read",
            expected="an OpenSSH or PEM key (Ed25519, ECDSA or RSA) and its passphrase, if any",
            next_step="Paste the whole key, line ends included.",
        )
    if connection.password:
        return connection.password
    raise ConfigError(
        f"connection {connection.conn_id}",
        seen="neither a password nor a `private_key`",
        expected="one of them",
        next_step="Add it to the connection.",
    )


def _transport(connection: Connection) -> paramiko.Transport:
    host, port = connection.host or "", connection.port or _PORT
    try:
        raw = socket.create_connection((host, port), timeout=TIMEOUT_S)
    except OSError as error:
        raise UnreachableError(
            f"{connection.conn_id}: {host}:{port}",
            seen=f"no connection ({type(error).__name__})",
            expected="an SFTP server",
            next_step="Check host, port and firewall; does the vendor allow our address?",
        ) from error
    transport = paramiko.Transport(raw)
    transport.banner_timeout = TIMEOUT_S
    transport.auth_timeout = TIMEOUT_S
    return transport


def _handshake(
    transport: paramiko.Transport, connection: Connection, expected: tuple[str, bytes]
) -> None:
    """Agree on keys, and compare the server's with ours before any secret is sent."""
    kind, key = expected
    options = transport.get_security_options()
    # a server may have several keys: ask for the one that we know
    wanted = [a for a in options.key_types if a in _ALGORITHMS.get(kind, (kind,))]
    try:
        if wanted:
            options.key_types = [*wanted, *(a for a in options.key_types if a not in wanted)]
        transport.start_client(timeout=TIMEOUT_S)
    except paramiko.IncompatiblePeer as error:
        raise _no_agreement(connection, kind, error) from error
    except _LOST as error:
        raise _lost(connection.conn_id, error) from error
    seen = transport.get_remote_server_key()
    if (seen.get_name(), seen.asbytes()) != (kind, key):
        raise HostKeyError(
            f"{connection.conn_id}: {connection.host}",
            seen=f"host key {seen.get_name()} {fingerprint(seen.asbytes())}",
            expected=f"{kind} {fingerprint(key)}",
            next_step="Do not go on: ask the vendor whether the server's key changed. Only then "
            "put the new key into the connection's extra `host_key`.",
        )


def _no_agreement(
    connection: Connection, kind: str, error: paramiko.IncompatiblePeer
) -> FirstbellError:
    """What no retry mends: client and server have nothing in common to speak."""
    where = f"{connection.conn_id}: {connection.host}"
    if "host key" in str(error):
        return HostKeyError(
            where,
            seen="a server with no host key of a kind that is safe today",
            expected=f"a key as in the connection ({kind})",
            next_step="Ask the vendor which keys the server has (Ed25519, ECDSA, or RSA with"
            " SHA-2), and put one into the connection's extra `host_key`.",
        )
    return ConfigError(
        where,
        seen=f"no common way to speak ({error})",
        expected="key exchange, cipher and MAC of today's SSH",
        next_step="Ask the vendor to update the server; it offers only what is no longer safe.",
    )


def _authenticate(
    transport: paramiko.Transport, connection: Connection, login: paramiko.PKey | str
) -> None:
    user = connection.login or ""
    try:
        if isinstance(login, str):
            left = transport.auth_password(user, login)
        else:
            left = transport.auth_publickey(user, login)
    except paramiko.AuthenticationException as error:
        how = "password" if isinstance(login, str) else "key"
        raise AuthenticationError(
            f"{connection.conn_id}: {connection.host}",
            seen=f"the server refused the login by {how}",
            expected="a valid account",
            next_step="Check user and secret in the connection; has it expired at the vendor?",
        ) from error
    except _LOST as error:
        raise _lost(connection.conn_id, error) from error
    if left:
        raise AuthenticationError(
            f"{connection.conn_id}: {connection.host}",
            seen=f"the server wants a further login step ({', '.join(left)})",
            expected="one step: password or key",
            next_step="Ask the vendor for an account without a second factor.",
        )


def _client(transport: paramiko.Transport, connection: Connection, watch: Watch) -> Client:
    # paramiko 5.1 waits for ever for the answer whether there is SFTP
    over = Timer(TIMEOUT_S, transport.close)
    over.start()
    try:
        channel = transport.open_session(timeout=TIMEOUT_S)
        channel.settimeout(TIMEOUT_S)
        channel.invoke_subsystem("sftp")
        return Client(channel, watch)
    except _LOST as error:
        raise _lost(connection.conn_id, error) from error
    finally:
        over.cancel()


def _lost(where: str, error: BaseException) -> FirstbellError:
    return UnreachableError(
        where,
        seen=f"the connection broke off ({type(error).__name__})",
        expected="an answer",
        next_step="Run it again; if it stays so, ask the vendor.",
    )
