"""Why no reply came, in a few words: no network, no such host, a time-out, TLS."""

from __future__ import annotations

import datetime
import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3.util.connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from components.redaction import Redactor
from components.settings.endpoints import Endpoints
from components.trend import transport
from components.trend.client import Trend
from components.trend.errors import NoReply
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor

pytestmark = pytest.mark.usefixtures("waits")


def trend_at(base: str) -> Trend:
    return Trend(KEY, Endpoints(base=base), Redactor([str(KEY), KEY.secret]))


def message_of(trend: Trend) -> str:
    with pytest.raises(NoReply) as caught:
        trend.workload("us-1").external_id()
    error = caught.value
    assert (error.status, error.path) == (0, "workload /awsconnectorsettings")
    assert "network" in error.hint
    assert len(error.message) < 120
    return error.message


@contextmanager
def listening(backlog: int = 5) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        yield server


def test_a_port_where_nobody_listens_is_a_refused_connection() -> None:
    with listening() as server:
        port = server.getsockname()[1]
    assert message_of(trend_at(f"http://127.0.0.1:{port}")) == f"127.0.0.1:{port} refused the connection"


def test_a_name_that_cannot_be_resolved_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    text = message_of(Trend(KEY, Endpoints(), Redactor([])))
    assert text == "the name workload.us-1.cloudone.trendmicro.com could not be resolved"


@pytest.mark.parametrize("code", [errno.ENETUNREACH, errno.EHOSTUNREACH])
def test_a_machine_without_a_network_says_so(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def unreachable(*_args: object, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(urllib3.util.connection, "create_connection", unreachable)
    assert message_of(trend_at("http://127.0.0.1:9")) == f"127.0.0.1:9 cannot be reached ({os.strerror(code)})"


def test_a_host_that_takes_no_connection_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.05, 5))
    with listening(backlog=0) as server:
        address = server.getsockname()
        # With its queue full, the kernel lets further connections wait.
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        text = message_of(trend_at(f"http://127.0.0.1:{address[1]}"))
        for each in waiting:
            each.close()
    assert text == f"127.0.0.1:{address[1]} did not answer within 0.05 s"


def test_a_host_that_takes_the_call_and_stays_silent_is_a_time_out(
    vendor: Vendor, trend: Trend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (5, 0.05))
    vendor.otherwise = Answer(instead="silence")
    host, started = vendor.url.removeprefix("http://"), time.monotonic()
    assert message_of(trend) == f"{host} took the call and did not answer within 0.05 s"
    vendor.asked.clear()
    with pytest.raises(NoReply, match="took the call and did not answer"):
        trend.vision_one_connect("us-1").enroll("token")
    assert time.monotonic() - started < 3
    while not vendor.calls and time.monotonic() - started < 10:  # a loaded machine notes it after we have given up
        time.sleep(0.01)
    assert len(vendor.calls) == 1


def test_every_call_has_both_time_outs() -> None:
    connect, read = transport.TIMEOUT
    assert 0 < connect <= 10
    assert 0 < read <= 60


def test_a_proxy_in_the_way_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    text = message_of(Trend(KEY, Endpoints(), Redactor([])))
    assert text == "the proxy did not let the call to workload.us-1.cloudone.trendmicro.com through"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


@contextmanager
def serving(accept: Callable[[socket.socket], None]) -> Iterator[str]:
    """Run a server that hands each raw connection over, until the block ends; yields its address."""
    with listening() as server:
        server.settimeout(0.02)
        done = threading.Event()

        def run() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(2)
                    accept(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"localhost:{server.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def test_an_untrusted_certificate_is_named(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def shake_hands(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    with serving(shake_hands) as host:
        assert message_of(trend_at(f"https://{host}")) == f"the certificate of {host} is not trusted here"


def test_a_host_that_does_not_speak_tls_is_not_blamed_for_its_certificate() -> None:
    with serving(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as host:
        assert message_of(trend_at(f"https://{host}")) == f"{host} does not speak TLS properly"


def test_a_post_whose_reply_broke_inside_tls_is_not_sent_again(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    received: list[bytes] = []

    def answer_with_noise(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            received.append(secure.recv(4096))
            os.write(secure.fileno(), b"this is no TLS record at all" * 4)
            secure.detach()

    with serving(answer_with_noise) as host, pytest.raises(NoReply, match="does not speak TLS"):
        trend_at(f"https://{host}").vision_one_connect("us-1").enroll("token")
    assert [line.split(b" ")[0] for line in received] == [b"POST"]
