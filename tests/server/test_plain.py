"""What counts as a plain webhook call: read right when it is one, left to aiohttp when there is any doubt."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from server.plain import BODY, HEAD, NotPlain, read

BASE = {"Host": "hub.example", "Content-Length": "2", "webhook-id": "m1"}


def call(path: str = "/hooks/api", body: bytes = b"{}", *, extra: str = "", **headers: str | int | None) -> bytes:
    given = {**BASE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"POST {path} HTTP/1.1\r\n{lines}{extra}\r\n".encode() + body


def test_a_plain_call_is_read_whole() -> None:
    made = call(body=b'{"a":1}', Content_Length="7") + b"POST /hooks/next"
    found = read(made)
    assert found is not None
    assert (found.path, found.inbox, found.body) == ("/hooks/api", "api", b'{"a":1}')
    assert found.headers == {"host": "hub.example", "content-length": "7", "webhook-id": "m1"}
    assert made[found.size :] == b"POST /hooks/next"


@given(st.integers(min_value=1, max_value=200))
def test_until_the_last_byte_is_there_more_is_waited_for(cut: int) -> None:
    made = call(body=b"x" * 40, Content_Length="40")
    found = read(made[:cut])
    assert found is None if cut < len(made) else found is not None


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(call("/hooks/api?x=1&x=2"), id="a name twice in the query"),
        pytest.param(call("/hooks/api?x=%zz"), id="half an escape in the query"),
        pytest.param(call("/hooks/api?x=%ff"), id="a query that is not UTF-8"),
        pytest.param(call("/hooks/api?x=1#a"), id="a fragment"),
        pytest.param(call("/hooks/api?x=a;b"), id="another divider in the query"),
        pytest.param(call(f"/hooks/api?x={'a' * 3000}"), id="a long query"),
        pytest.param(call("/hooks/a%20b"), id="an escaped path"),
        pytest.param(call("/hooks/a/b"), id="a longer path"),
        pytest.param(call("/api/v1/session"), id="another door"),
        pytest.param(call().replace(b"POST", b"GET "), id="another method"),
        pytest.param(call().replace(b"HTTP/1.1", b"HTTP/1.0"), id="an old protocol"),
        pytest.param(call(Transfer_Encoding="chunked"), id="chunked"),
        pytest.param(call(Transfer_Encoding="chunked", Content_Length=None), id="chunked without a length"),
        pytest.param(call(extra="Content-Length: 3\r\n"), id="two lengths"),
        pytest.param(call(extra="content-length: 2\r\n"), id="one length twice"),
        pytest.param(call(Content_Length="+2"), id="a signed length"),
        pytest.param(call(Content_Length="2, 2"), id="a list of lengths"),
        pytest.param(call(Content_Length="0x2"), id="a length of another kind"),
        pytest.param(call(Content_Length=str(BODY + 1)), id="a large body"),
        pytest.param(call(Content_Length="9" * 5000), id="a length without end"),
        pytest.param(call(Content_Length=None), id="no length"),
        pytest.param(call(Host=None), id="no host"),
        pytest.param(call(Expect="100-continue"), id="expects"),
        pytest.param(call(Upgrade="websocket"), id="upgrades"),
        pytest.param(call(Connection="close"), id="closes"),
        pytest.param(call(Content_Encoding="gzip"), id="compressed"),
        pytest.param(call(extra=" folded\r\n"), id="a folded header"),
        pytest.param(call(extra="X : 1\r\n"), id="a space before the colon"),
        pytest.param(call(extra="no colon\r\n"), id="no colon"),
        pytest.param(call(extra="X: 1\n"), id="a bare line feed"),
        pytest.param(call(extra="X: a\rb\r\n"), id="a bare carriage return"),
        pytest.param(call(extra="X: 李\r\n"), id="not ASCII"),
        pytest.param(call(extra="X: a\0\r\n"), id="a NUL"),
        pytest.param(call(extra=f"X: {'a' * HEAD}\r\n"), id="a long head"),
        pytest.param(b"\r\n" + call(), id="an empty line first"),
        pytest.param(b"\x16\x03\x01\x02", id="TLS"),
    ],
)
def test_anything_else_is_not_plain(made: bytes) -> None:
    with pytest.raises(NotPlain):
        read(made)


@given(st.text(alphabet="ab1.~%2B+=&*-", max_size=40))
def test_a_query_is_read_as_aiohttp_reads_it(query: str) -> None:
    try:
        found = read(call(f"/hooks/api?{query}"))
    except NotPlain:
        return
    assert found is not None
    usual = make_mocked_request("POST", f"/hooks/api?{query}")
    assert (found.path, dict(found.query)) == (usual.raw_path, dict(usual.query))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(noise: bytes) -> None:
    for made in (noise, b"POST /hooks/" + noise, call() + noise):
        try:
            read(made)
        except NotPlain:
            continue
