"""`session:fetch`: what documents give, what services are asked, and what documents hear of it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from frontdesk.desk.orchestration.fetch_module import FetchModule
from frontdesk.desk.orchestration.fetch_request import Secret
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.web_client import WebClient
from frontdesk.domain.allowed_hosts import allowed_of
from tests.desk.orchestration.deliveries import Deliveries
from tests.desk.orchestration.web_service import Answer, Seen, WebService, answer, web_service
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

SECRETS = {"crm": Secret("s3cret", ("crm.test",)), "any": Secret("k3y")}
JSON = {"content_type": "application/json; charset=utf-8"}


async def _crm(host: str, _port: int) -> Sequence[str]:
    assert host in ("crm.test", "other.test")
    return ["127.0.0.1"]


class Fetching:
    """A module in front of a service, with the waits between its tries."""

    def __init__(self, service: WebService, **more: Any) -> None:
        self.heard = Deliveries()
        self.waits: list[float] = []
        allowed = allowed_of([f"{name}:{service.port}" for name in ("crm.test", "other.test")], ["127.0.0.1"])
        web = WebClient(allowed, body_bytes_max=200_000, resolve=_crm)
        self.module = FetchModule(self.heard, web, SECRETS, sleep=self._sleep, **more)
        self.url = f"http://crm.test:{service.port}/"

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def request(self, number: int = 1, **attributes: Any) -> Request:
        given = {"srcexpr": self.url, "timeout": PATIENCE_S} | attributes
        return Request("s1", f"s1.{number}", "session", "fetch", given, 0)

    async def fetch(self, **attributes: Any) -> tuple[str, dict[str, Any]]:
        await self.module.carry_out(self.request(**attributes))
        await self.module.under_way.quiet()
        return self.heard.last()


async def fetched(*answers: Answer, **attributes: Any) -> tuple[str, dict[str, Any]]:
    async with web_service(*answers) as service:
        return await Fetching(service).fetch(**attributes)


async def asked(**attributes: Any) -> Seen:
    """What the service is asked, when all is well."""
    async with web_service(answer()) as service:
        name, data = await Fetching(service).fetch(**attributes)
    assert name == "session.fetch.done", data
    return service.seen[0]


# --- what comes back ------------------------------------------------------------------------------


async def test_the_content_is_text_also_where_it_is_json() -> None:
    name, data = await fetched(answer(200, '{"vip": true}', **JSON), type="application/json")
    assert name == "session.fetch.done"
    assert (data["requestid"], data["content"]) == ("s1.1", '{"vip": true}')
    assert data["hints"]["content-type"] == "application/json; charset=utf-8"


async def test_text_is_read_in_its_charset() -> None:
    _, data = await fetched(answer(200, "grüß".encode("latin-1"), content_type="text/plain; charset=latin-1"))
    assert data["content"] == "grüß"


async def test_a_charset_that_nobody_knows_is_taken_for_the_usual_one() -> None:
    _, data = await fetched(answer(200, "grüß", content_type="text/plain; charset=nobody"))
    assert data["content"] == "grüß"


@pytest.mark.parametrize("status", [400, 404, 500, 304])
async def test_a_status_that_is_no_success_is_an_error_with_its_code(status: int) -> None:
    name, data = await fetched(answer(status, "sorry"))
    assert (name, data["error"]) == ("error.session.fetch", f"http.{status}")
    assert (data["requestid"], str(status) in data["description"]) == ("s1.1", True)


@pytest.mark.parametrize(
    ("type_", "media_type", "body"),
    [
        ("application/json", "text/html", "{}"),
        ("application/json", "application/json", "{no"),
        ("json", "text/plain", "{}"),
        ("application/xml", "application/json", "{}"),
        ("text/plain", "", "x"),
    ],
)
async def test_an_answer_of_another_type_than_expected_is_an_error(
    type_: str, media_type: str, body: str
) -> None:
    name, data = await fetched(answer(200, body, content_type=media_type), type=type_)
    assert (name, data["error"]) == ("error.session.fetch", "protocol.type")


@pytest.mark.parametrize(
    ("type_", "media_type"),
    [
        ("json", "application/json"),
        ("application/json", "application/hal+json"),
        ("text/xml", "application/xml"),
        ("text/*", "text/csv"),
        ("TEXT/PLAIN", "text/plain"),
        ("*/*", "x/y"),
    ],
)
async def test_one_of_the_expected_type_is_fine(type_: str, media_type: str) -> None:
    assert (await fetched(answer(200, "[]", content_type=media_type), type=type_))[0] == "session.fetch.done"


async def test_an_answer_too_large_for_an_event_is_an_error() -> None:
    name, data = await fetched(answer(200, "\\" * 150_000))  # Twice as long, as JSON.
    assert (name, data["error"]) == ("error.session.fetch", "protocol.size")


# --- what is asked --------------------------------------------------------------------------------


async def test_parameters_of_a_get_are_in_the_query() -> None:
    seen = await asked(params={"a": "x y", "n": 1.0, "yes": True, "many": ["1", "2"]})
    assert (seen.method, seen.target, seen.body) == ("GET", "/?a=x+y&n=1&yes=true&many=1&many=2", b"")
    assert "idempotency-key" not in seen.headers


@pytest.mark.parametrize("method", ["post", "PUT", "delete"])
async def test_parameters_of_others_are_in_the_body(method: str) -> None:
    seen = await asked(method=method, params={"a": "x y", "b": "ü"})
    assert (seen.method, seen.target, seen.body) == (method.upper(), "/", b"a=x+y&b=%C3%BC")
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.headers["idempotency-key"] == "s1.1"


async def test_the_body_is_as_enctype_says() -> None:
    seen = await asked(method="post", enctype="application/json", params={"a": [1, {"b": None}]})
    assert (seen.body, seen.headers["content-type"]) == (b'{"a":[1,{"b":null}]}', "application/json")
    seen = await asked(method="post", enctype="multipart/form-data", params={"a": "x"})
    assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="a"\r\n\r\nx\r\n' in seen.body


async def test_content_is_the_body() -> None:
    seen = await asked(method="post", content="grüß")
    assert (seen.body, seen.headers["content-type"]) == ("grüß".encode(), "text/plain; charset=utf-8")
    seen = await asked(method="post", content={"a": 1})
    assert (seen.body, seen.headers["content-type"]) == (b'{"a":1}', "application/json")
    seen = await asked(method="post", content="<a/>", enctype="text/xml")
    assert (seen.body, seen.headers["content-type"]) == (b"<a/>", "text/xml")


async def test_headers_are_those_that_the_document_gives() -> None:
    seen = await asked(headers={"X-One": "1", "content-type": "text/x"}, maxage=60, maxstale="5")
    assert (seen.headers["x-one"], seen.headers["content-type"]) == ("1", "text/x")
    assert seen.headers["cache-control"] == "max-age=60, max-stale=5"


async def test_name_and_password_are_sent() -> None:
    seen = await asked(username="amy", password="open sesame")
    assert seen.headers["authorization"] == "Basic YW15Om9wZW4gc2VzYW1l"


async def test_secrets_are_named_and_never_told_to_documents() -> None:
    seen = await asked(headers={"X-Key": "secret:any"}, username="amy", password="secret:crm")
    assert (seen.headers["x-key"], seen.headers["authorization"]) == ("k3y", "Basic YW15OnMzY3JldA==")


async def test_what_visitors_may_have_said_reveals_no_secret() -> None:
    seen = await asked(method="post", params={"said": "secret:crm"})
    assert seen.body == b"said=secret%3Acrm"
    assert (await asked(method="post", content="secret:crm")).body == b"secret:crm"


async def test_a_secret_is_for_its_own_service_alone() -> None:
    async with web_service(answer()) as service:
        fetching = Fetching(service)
        name, data = await fetching.fetch(
            srcexpr=fetching.url.replace("crm", "other"), headers={"X-Key": "secret:crm"}
        )
    assert (name, data["error"], service.connections) == ("error.session.fetch", "invalidattribute", 0)
    assert "s3cret" not in str(data)


async def test_the_address_may_be_a_literal() -> None:
    async with web_service(answer()) as service:
        fetching = Fetching(service)
        assert (await fetching.fetch(srcexpr=None, src=fetching.url))[0] == "session.fetch.done"


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attributes",
    [
        {"srcexpr": None},
        {"srcexpr": 5},
        {"srcexpr": "http://evil.test/"},
        {"srcexpr": "http://169.254.169.254/latest/meta-data"},
        {"method": "trace"},
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": 301},
        {"timeout": "soon"},
        {"timeout": "nan"},
        {"timeout": True},
        {"maxage": -1},
        {"gdelivery": "true", "gd_retries": 101},
        {"gdelivery": True, "gd_retry_interval": "often"},
        {"headers": "X: y"},
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"X Y": "a"}},
        {"headers": {"Host": "other.test"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"X": "secret:none"}},
        {"username": 5},
        {"enctype": "x/y", "method": "post", "params": {"a": 1}},
        {"method": "post", "params": {"a": 1}, "content": "x"},
        {"params": "a=1"},
        {"method": "esp", "content": "x"},
        {"method": "esp", "enctype": "text/csv", "params": {"a": 1}},
    ],
)
async def test_what_cannot_be_asked_is_an_error_and_nobody_is_asked(attributes: Mapping[str, Any]) -> None:
    async with web_service(answer()) as service:
        name, data = await Fetching(service).fetch(**attributes)
    assert (name, data["error"]) == ("error.session.fetch", "invalidattribute")
    assert data["description"]
    assert service.connections == 0


async def test_method_esp_posts_its_parameters_as_json() -> None:
    async with web_service(answer(200, "[]", **JSON)) as service:
        fetching = Fetching(service)
        await fetching.fetch(method="esp", params={"name": "Ümit", "orders": [7, 8]})
        await fetching.fetch(method="esp")
    first, second = service.seen
    assert (first.method, first.headers["content-type"]) == ("POST", "application/json")
    assert json.loads(first.body) == {"name": "Ümit", "orders": [7, 8]}
    assert (second.method, second.body) == ("POST", b"{}")


async def test_what_method_esp_has_as_content_is_always_the_text_of_json() -> None:
    given = answer(200, '{"level": "gold"}', **JSON)
    assert (await fetched(given, method="esp", type="text/plain"))[1]["content"] == '{"level": "gold"}'
    for wrong in (answer(200, "gold", content_type="text/plain"), answer(200, "{", **JSON)):
        assert (await fetched(wrong, method="esp"))[1]["error"] == "protocol.type"


# --- again ----------------------------------------------------------------------------------------


async def test_sure_delivery_asks_again_until_it_succeeds() -> None:
    async with web_service(answer(503), b"nonsense\r\n\r\n", answer(200, "at last")) as service:
        fetching = Fetching(service)
        name, data = await fetching.fetch(method="post", gdelivery="true", gd_retries=5, gd_retry_interval=7)
    assert (name, data["content"], fetching.waits) == ("session.fetch.done", "at last", [7, 7])
    assert {seen.headers["idempotency-key"] for seen in service.seen} == {"s1.1"}


async def test_it_gives_up_after_the_last_try() -> None:
    async with web_service(answer(503)) as service:
        fetching = Fetching(service)
        _, data = await fetching.fetch(gdelivery=True, gd_retries=2)
    assert (data["error"], len(service.seen), fetching.waits) == ("http.503", 3, [10, 10])


async def test_what_will_not_change_is_not_asked_again() -> None:
    async with web_service(answer(404)) as service:
        assert (await Fetching(service).fetch(gdelivery=True))[1]["error"] == "http.404"
    assert len(service.seen) == 1


async def test_without_sure_delivery_there_is_one_try() -> None:
    async with web_service(answer(503)) as service:
        await Fetching(service).fetch(gdelivery="false", gd_retries=5)
    assert len(service.seen) == 1


async def test_the_same_request_again_has_one_result() -> None:
    async with web_service(answer(200, "x")) as service:
        fetching = Fetching(service)
        for _ in range(3):
            await fetching.module.carry_out(fetching.request())
        await fetching.fetch()
        await fetching.fetch()  # As after a crash before its result was kept.
    assert fetching.heard.names == ["session.fetch.done"]


async def test_a_fetch_that_nobody_waits_for_any_more_is_given_up() -> None:
    came = asyncio.Event()

    async def never(reader: asyncio.StreamReader) -> None:
        came.set()
        await reader.read()

    async with web_service(never) as service:
        fetching = Fetching(service)
        async with asyncio.timeout(PATIENCE_S):
            await fetching.module.carry_out(fetching.request())
            await came.wait()
            await fetching.module.drop(fetching.request())
            await fetching.module.under_way.quiet()
    assert fetching.heard.events == []


async def test_dropping_what_is_over_or_never_was_does_nothing() -> None:
    async with web_service(answer()) as service:
        fetching = Fetching(service)
        await fetching.module.drop(fetching.request(9))
        assert (await fetching.fetch())[0] == "session.fetch.done"
        await fetching.module.drop(fetching.request())


async def test_what_is_under_way_when_a_node_stops_is_asked_again_by_the_next() -> None:
    async with web_service(answer(200, "x")) as service:
        stopped, next_one = Fetching(service), Fetching(service)
        await stopped.module.carry_out(stopped.request())
        await stopped.module.aclose()
        assert stopped.heard.events == []
        assert (await next_one.fetch())[0] == "session.fetch.done"
