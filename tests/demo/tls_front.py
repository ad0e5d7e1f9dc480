"""TLS in front of a Postgres that has none: the embedded server is built without OpenSSL.

A client sees a server that takes TLS only, under a certificate of an authority of our own: it
asks for TLS as it always does, checks the certificate, and whoever comes without is turned away.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_REFUSAL = b"SFATAL\0C28000\0Mno encryption\0\0"


@contextlib.contextmanager
def serve(port: int, folder: Path) -> Iterator[tuple[int, Path]]:
    """Listen with TLS in front of a server's port; yields our port and the authority's file."""
    authority, certificate = certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                _relay(self.request, context, port)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], authority
        finally:
            server.shutdown()


def _relay(plain: socket.socket, context: ssl.SSLContext, port: int) -> None:
    if plain.recv(8, socket.MSG_WAITALL) != _SSL_REQUEST:
        plain.sendall(b"E" + struct.pack("!i", len(_REFUSAL) + 4) + _REFUSAL)
        return
    plain.sendall(b"S")
    with (
        context.wrap_socket(plain, server_side=True) as client,
        socket.create_connection(("127.0.0.1", port)) as server,
    ):
        # a TLS object may not read and write in two threads at once: one thread, by turns
        client.setblocking(False)
        while _forward(client, server):
            pass


def _forward(client: ssl.SSLSocket, server: socket.socket) -> bool:
    """Move what is there, in either direction; False when one side has ended."""
    ready = [client] if client.pending() else select.select([client, server], [], [])[0]
    if client in ready:
        try:
            data = client.recv(65536)
        except ssl.SSLWantReadError:
            data = None
        if data == b"":
            return False
        if data:
            server.sendall(data)
    if server in ready:
        data = server.recv(65536)
        if not data:
            return False
        client.setblocking(True)
        client.sendall(data)
        client.setblocking(False)
    return True


def certificates(folder: Path) -> tuple[Path, Path]:
    """An authority, and a certificate with its key for 127.0.0.1 that it has signed."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        _builder(root, root, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256()),
        _builder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")]), root, key.public_key()
        )
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(root_key, hashes.SHA256()),
    )
    authority, certificate = folder / "authority.pem", folder / "server.pem"
    encoding = serialization.Encoding.PEM
    authority.write_bytes(signed[0].public_bytes(encoding))
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate.write_bytes(private + signed[1].public_bytes(encoding))
    return authority, certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
