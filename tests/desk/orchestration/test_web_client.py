"""Web services are asked at the addresses that were checked, and nothing else is."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from frontdesk.desk.orchestration.web_client import Asked, Resolve, Unfetched, WebClient
from frontdesk.domain.allowed_hosts import allowed_of
from tests.desk.orchestration.web_service import answer, web_service
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

LOOPBACK = ["127.0.0.1"]
NOWHERE = "127.0.0.9"  # Nobody listens there.


def finds(*rounds: Sequence[str]) -> Resolve:
    """A name service that says something else each time; what it said last stays."""
    left = list(rounds)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def client(
    port: int, *hosts: str, private: Sequence[str] = LOOPBACK, resolve: Resolve | None = None, **more: object
) -> WebClient:
    allowed = allowed_of([f"{host}:{port}" for host in hosts], private)
    return WebClient(allowed, body_bytes_max=1000, resolve=resolve or finds(LOOPBACK), **more)  # type: ignore[arg-type]


def get(url: str, **more: object) -> Asked:
    return Asked(method="GET", url=url, timeout_s=more.pop("timeout_s", PATIENCE_S), **more)  # type: ignore[arg-type]


async def refusal(asking: WebClient, asked: Asked) -> Unfetched:
    with pytest.raises(Unfetched) as caught:
        await asking.ask(asked)
    return caught.value


# --- whom -----------------------------------------------------------------------------------------


async def test_an_allowed_service_is_asked_under_its_name() -> None:
    async with web_service(
        answer(201, "hello", x_more="1", content_type="text/plain; charset=latin-1")
    ) as crm:
        answered = await client(crm.port, "crm.test").ask(get(f"http://crm.test:{crm.port}/a?b=c"))
    assert (answered.status, answered.body, answered.charset) == (201, b"hello", "latin-1")
    assert answered.headers["x-more"] == "1"
    assert (crm.seen[0].method, crm.seen[0].target) == ("GET", "/a?b=c")
    assert crm.seen[0].headers["host"] == f"crm.test:{crm.port}"


async def test_a_host_off_the_list_is_refused_without_a_connection() -> None:
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return LOOPBACK

    async with web_service(answer()) as other:
        failed = await refusal(
            client(other.port, "crm.test", resolve=resolve), get(f"http://127.0.0.1:{other.port}/")
        )
    assert failed.code == "invalidattribute"
    assert (other.connections, asked) == (0, [])


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "fe80::1"])
async def test_an_allowed_name_that_leads_inside_is_refused_without_a_connection(address: str) -> None:
    async with web_service(answer()) as inside:
        asking = client(inside.port, "crm.test", private=[], resolve=finds([address]))
        failed = await refusal(asking, get(f"http://crm.test:{inside.port}/"))
    assert failed.code == "invalidattribute"
    assert inside.connections == 0


async def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere() -> None:
    """What was checked is what is connected to: nobody is asked a second time where the name leads."""
    async with web_service(answer(200, "inside")) as inside:
        resolve = finds(LOOPBACK, ["127.0.0.2"])
        asking = client(inside.port, "crm.test", resolve=resolve)
        assert (await asking.ask(get(f"http://crm.test:{inside.port}/"))).body == b"inside"
        failed = await refusal(asking, get(f"http://crm.test:{inside.port}/"))
    assert failed.code == "invalidattribute"
    assert inside.connections == 1


async def test_of_several_addresses_only_those_that_may_be_used_are() -> None:
    async with web_service(answer(200, "here")) as crm:
        resolve = finds(["10.0.0.1", NOWHERE, "127.0.0.1"])
        asking = client(crm.port, "crm.test", private=[NOWHERE, "127.0.0.1"], resolve=resolve)
        assert (await asking.ask(get(f"http://crm.test:{crm.port}/"))).body == b"here"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "/relative", "", "ftp://crm.test/", "http://amy:secret@crm.test/", "http://["],
)
async def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    assert (await refusal(client(80, "crm.test"), get(url))).code == "invalidattribute"


# --- redirects ------------------------------------------------------------------------------------


async def test_a_redirect_is_followed_and_a_post_becomes_a_get() -> None:
    async with web_service(answer(303, location="/there"), answer(200, "there")) as crm:
        asked = Asked(method="POST", url=f"http://crm.test:{crm.port}/", body=b"x", timeout_s=PATIENCE_S)
        assert (await client(crm.port, "crm.test").ask(asked)).body == b"there"
    assert [(seen.method, seen.target) for seen in crm.seen] == [("POST", "/"), ("GET", "/there")]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://other.test/",
        "file:///etc/passwd",
        "http://127.0.0.1/",
    ],
)
async def test_a_redirect_to_what_may_not_be_asked_is_not_followed(elsewhere: str) -> None:
    async with web_service(answer(302, location=elsewhere)) as crm:
        failed = await refusal(client(crm.port, "crm.test"), get(f"http://crm.test:{crm.port}/"))
    assert failed.code.startswith("protocol.")


async def test_a_redirect_to_the_same_name_is_looked_up_again() -> None:
    async with web_service(answer(302, location="/again"), answer(200, "no")) as crm:
        resolve = finds(LOOPBACK, ["169.254.169.254"])
        asking = client(crm.port, "crm.test", resolve=resolve)
        failed = await refusal(asking, get(f"http://crm.test:{crm.port}/"))
    assert failed.code == "protocol.redirect"
    assert len(crm.seen) == 1


async def test_redirects_without_end_are_followed_a_few_times() -> None:
    async with web_service(answer(302, location="/round")) as crm:
        failed = await refusal(client(crm.port, "crm.test"), get(f"http://crm.test:{crm.port}/"))
    assert failed.code == "protocol.redirect"
    assert len(crm.seen) == 6


async def test_another_service_hears_nothing_that_was_meant_for_the_first() -> None:
    async with web_service(answer(200, "there")) as other, web_service() as crm:
        crm.answers = [answer(307, location=f"http://other.test:{other.port}/")]
        allowed = allowed_of([f"crm.test:{crm.port}", f"other.test:{other.port}"], LOOPBACK)
        asking = WebClient(allowed, body_bytes_max=1000, resolve=finds(LOOPBACK))
        asked = Asked(
            method="POST",
            url=f"http://crm.test:{crm.port}/",
            headers={"X-Api-Key": "k", "Content-Type": "text/plain"},
            body=b"x",
            auth=("amy", "secret"),
            timeout_s=PATIENCE_S,
        )
        await asking.ask(asked)
    assert {"x-api-key", "authorization"} <= crm.seen[0].headers.keys()
    assert not {"x-api-key", "authorization"} & other.seen[0].headers.keys()
    assert other.seen[0].headers["content-type"] == "text/plain"


# --- limits and failures --------------------------------------------------------------------------


async def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    async with web_service(answer(200, "x" * 1001)) as crm:
        failed = await refusal(client(crm.port, "crm.test"), get(f"http://crm.test:{crm.port}/"))
    assert failed.code == "protocol.size"


async def test_an_answer_is_not_unpacked() -> None:
    async with web_service(answer(200, "x", content_encoding="gzip")) as crm:
        failed = await refusal(client(crm.port, "crm.test"), get(f"http://crm.test:{crm.port}/"))
    assert failed.code == "protocol.encoding"
    assert crm.seen[0].headers["accept-encoding"] == "identity"


async def test_a_service_that_does_not_answer_in_time_is_given_up() -> None:
    async with web_service(_never) as silent:
        asked = get(f"http://crm.test:{silent.port}/", timeout_s=0.05)
        failed = await refusal(client(silent.port, "crm.test"), asked)
    assert (failed.code, failed.is_passing) == ("timeout", True)


async def _never(reader: asyncio.StreamReader) -> None:
    """Says nothing until the other side has gone."""
    await reader.read()


async def test_what_goes_wrong_on_the_way_has_a_code() -> None:
    async with web_service(b"nonsense\r\n\r\n") as odd:
        assert (await refusal(client(odd.port, "a.test"), get(f"http://a.test:{odd.port}/"))).code == (
            "protocol.http"
        )
    gone = get(f"http://a.test:{odd.port}/")
    assert (await refusal(client(odd.port, "a.test"), gone)).code == "protocol.connect"

    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    assert (await refusal(client(odd.port, "a.test", resolve=unknown), gone)).code == "protocol.dns"
    long = f"{'a' * 70}.localhost"
    asking = WebClient(allowed_of(["*.localhost"], LOOPBACK), body_bytes_max=1000)
    assert (await refusal(asking, get(f"http://{long}/"))).code in ("protocol.dns", "invalidattribute")


# --- certificates ---------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a service shows that is called `name`, and what believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    shows = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shows.load_cert_chain(pem, private)
    return shows, ssl.create_default_context(cafile=pem)


async def test_a_certificate_is_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    shows, believes = certificate(tmp_path, "crm.test")
    async with web_service(answer(200, "safe"), tls=shows) as crm:
        asking = client(crm.port, "crm.test", "other.test", tls=believes)
        assert (await asking.ask(get(f"https://crm.test:{crm.port}/"))).body == b"safe"
        assert (await refusal(asking, get(f"https://other.test:{crm.port}/"))).code == "protocol.tls"
        crm.answers = [answer(302, location=f"http://crm.test:{crm.port}/")]
        assert (await refusal(asking, get(f"https://crm.test:{crm.port}/"))).code == "protocol.redirect"
        doubting = client(crm.port, "crm.test")
        assert (await refusal(doubting, get(f"https://crm.test:{crm.port}/"))).code == "protocol.tls"
