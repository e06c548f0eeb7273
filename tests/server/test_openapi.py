"""The document: valid OpenAPI 3.1, the same bytes every time, and a server that keeps to it under odd input."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from server.api.openapi import document
from server.api.routes import ROUTES
from server.demo import PASSWORD
from server.document import written
from tests.server.process import hub_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.process import Process

ROOT = Path(__file__).resolve().parents[2]
NOT_HERE = {("DELETE", "/api/v1/session"), ("PUT", "/api/v1/me/password"), ("DELETE", "/api/v1/tokens/{id}")}
LEVELS = (200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429)


def test_is_the_same_every_time() -> None:
    command = [sys.executable, "-m", "server", "openapi"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    assert printed.decode() == written()


def test_the_kept_document_is_up_to_date() -> None:
    kept = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert kept == written(), "run: .venv/bin/python -m tools.generated"


def test_every_reference_leads_somewhere_and_every_route_is_in_it() -> None:
    told = document(ROUTES, version="1")
    text = json.dumps(told)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in told["components"]["schemas"], name
    assert sum(len(path) for path in told["paths"].values()) == len(ROUTES)
    assert all(operation["summary"] for path in told["paths"].values() for operation in path.values())


def test_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(json.loads(written())).validate()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[Process]:
    """A hub of its own: what happens to it here is nobody else's concern."""
    with hub_process(tmp_path_factory.mktemp("openapi") / "data", like=furnished) as hub:
        yield hub


@pytest.fixture(scope="module")
def token(hub: Process) -> str:
    """An administrator's token with every permission."""
    with requests.Session() as http:
        me = http.post(
            f"{hub.base}/api/v1/session", json={"email": "admin@demo.example", "password": PASSWORD}, timeout=5
        ).json()
        asked = {"name": "fuzz", "permissions": me["permissions"]}
        made = http.post(f"{hub.base}/api/v1/tokens", json=asked, headers={"X-CSRF-Token": me["csrf"]}, timeout=5)
        return str(made.json()["secret"])


def _operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(json.loads(written()))
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]  # or it fails here
    return [one for one in found if (one.method.upper(), one.path) not in NOT_HERE]


@pytest.mark.parametrize("operation", _operations(), ids=lambda one: f"{one.method.upper()} {one.path}")
def test_odd_input_is_answered_as_told(operation: Any, hub: Process, token: str) -> None:
    told = json.loads(written())

    @settings(
        max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        answer = case.call(base_url=hub.base, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        assert answer.status_code in LEVELS, (answer.status_code, answer.text)
        responses = told["paths"][operation.path][operation.method.lower()]["responses"]
        if answer.status_code < 300:
            assert str(answer.status_code) in responses
        schema = _schema(responses, answer)
        if schema is not None:
            jsonschema_rs.validate({**schema, "components": told["components"]}, answer.json())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check()


def _schema(responses: Any, answer: Any) -> Any:
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    return responses.get(str(answer.status_code), {}).get("content", {}).get(kind, {}).get("schema")
