"""The JSON interface: our own specification against the running application."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode

from service import create_app
from service.access import Services
from service.api.schemas import EXAMPLE
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.files import read_bank
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

BANKS = Path(__file__).parent.parent / "banks"
TOKEN = "a-token-for-tests-of-more-than-32-characters"
EXAMPLES = 100


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(
        {
            "VBR_DATA_DIR": str(tmp_path_factory.mktemp("api")),
            "VBR_BANKS": str(BANKS),
            "VBR_API_TOKENS": f"{'y' * 40}, {TOKEN}",
            "VBR_MAX_SITTINGS": "20",
            "VBR_MAX_REQUEST_KB": "64",
            "VBR_LOG_LEVEL": "error",
        }
    )


@pytest.fixture(scope="module")
def published(app: Flask) -> Bank:
    services: Services = app.extensions["vbr"]
    with services.store.read() as unit:
        record = unit.banks.list()[0]
        return services.store.bank(unit, record.id, record.version, record.sha256)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    return client


def responses_to(bank: Bank, n: int) -> dict[str, dict[str, int]]:
    matrix = simulate_responses(bank, n, seed=3)
    return {
        sitting: {
            f"{item}.{option}": code
            for item, codes in matrix.answers(sitting).items()
            for option, code in codes.items()
        }
        for sitting in matrix.sittings
    }


def test_the_specification_is_valid_openapi_3_1(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    errors = [
        content
        for path in document["paths"].values()
        for operation in path.values()
        for status, response in operation["responses"].items()
        if status == "default" or status >= "400"
        for content in response["content"]
    ]
    assert set(errors) == {"application/problem+json"}


@pytest.mark.parametrize(
    ("mode", "operations"),
    [
        (GenerationMode.POSITIVE, {"GET /healthz", "GET /api/v1/banks", "POST /api/v1/score"}),
        (GenerationMode.NEGATIVE, {"POST /api/v1/score"}),
    ],
)
def test_schemathesis_finds_nothing(app: Flask, mode: GenerationMode, operations: set[str]) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    counted: Counter[str] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.label not in operations:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            counted[case.operation.label] += 1
            case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})

        check()
    print("cases:", dict(counted))
    assert counted["POST /api/v1/score"] >= EXAMPLES
    assert set(counted) == operations


def test_scores_are_those_of_the_engine(client: FlaskClient, published: Bank) -> None:
    responses = responses_to(published, 3)
    reply = client.post("/api/v1/score", json={"bank": published.id, "responses": responses})
    assert reply.status_code == 200, reply.text
    matrix = simulate_responses(published, 3, seed=3)
    scores = score(matrix, published)
    wanted = [scores.profile(sitting).to_dict() for sitting in matrix.sittings]
    assert reply.get_json()["profiles"] == json.loads(json.dumps(wanted))


def test_seconds_raise_the_flag_and_change_no_score(client: FlaskClient, published: Bank) -> None:
    responses = responses_to(published, 2)
    body: dict[str, Any] = {"bank": published.id, "responses": responses}
    slow = client.post("/api/v1/score", json=body).get_json()["profiles"]
    body["seconds"] = {next(iter(responses)): 1}
    fast = client.post("/api/v1/score", json=body).get_json()["profiles"]
    assert [flag["id"] for flag in fast[0]["flags"]][-1:] == ["very-fast"]
    assert [one["composite"] for one in fast] == [one["composite"] for one in slow]
    assert fast[1] == slow[1]


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({}, 422, {"/bank", "/responses"}),
        ({"bank": "tiny", "responses": {}}, 422, {"/responses"}),
        (
            {"bank": 3, "responses": {"a/b": {"x.y": True, "x.z": 1.5}}, "more": 1},
            422,
            {"/bank", "/responses/a~1b/x.y", "/responses/a~1b/x.z", "/more"},
        ),
        ({"bank": "tiny", "responses": {str(n): {} for n in range(21)}}, 422, {"/responses"}),
        ([], 422, {""}),
        ({"bank": "nobody", "responses": {"s": {}}}, 404, None),
    ],
)
def test_every_problem_is_told_with_its_pointer(
    client: FlaskClient, body: Any, status: int, pointers: set[str] | None
) -> None:
    reply = client.post("/api/v1/score", json=body)
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    found = reply.get_json().get("errors")
    assert pointers is None or {one["pointer"] for one in found} == pointers


@pytest.mark.parametrize(
    ("responses", "pointer", "said"),
    [
        ([{"sitting": "s"}], "/responses", "expected an object of sittings, such as {"),
        (None, "/responses", "expected an object of sittings, such as {"),
        ({"s": [1]}, "/responses/s", "expected an object of codes by item.option, such as {"),
        ({"s": None}, "/responses/s", "expected an object of codes by item.option, such as {"),
        ({"s": {"item": {"a": 1}}}, "/responses/s/item", 'such as {"time-to-go.a": 3}'),
    ],
)
def test_a_wrong_shape_is_told_with_an_example(
    client: FlaskClient, responses: Any, pointer: str, said: str
) -> None:
    reply = client.post("/api/v1/score", json={"bank": "tiny", "responses": responses})
    (problem,) = reply.get_json()["errors"]
    assert (reply.status_code, problem["pointer"]) == (422, pointer)
    assert said in problem["detail"]


def test_the_example_of_the_specification_can_be_scored() -> None:
    bank = read_bank(BANKS.parent.parent / "question_banks" / "homecare-values")
    assert bank.id == EXAMPLE["bank"]
    assert {column for codes in EXAMPLE["responses"].values() for column in codes} <= set(
        bank.columns
    )


def test_options_that_the_bank_does_not_have_are_all_named(
    client: FlaskClient, published: Bank
) -> None:
    responses = {"s-1": {"no.a": 1}, "s-2": {published.columns[0]: 9, "no.b": 1}}
    reply = client.post("/api/v1/score", json={"bank": published.id, "responses": responses})
    assert reply.status_code == 422
    assert {one["pointer"] for one in reply.get_json()["errors"]} == {
        "/responses/s-1/no.a",
        f"/responses/s-2/{published.columns[0]}",
        "/responses/s-2/no.b",
    }


@pytest.mark.parametrize(
    ("path", "method", "options", "status"),
    [
        ("/api/v1/none", "GET", {}, 404),
        ("/api/v1/banks", "POST", {}, 405),
        ("/api/v1/score", "GET", {}, 405),
        ("/api/v1/score", "POST", {"data": {"a": "b"}}, 415),
        ("/api/v1/score", "POST", {"data": "{", "content_type": "application/json"}, 400),
        ("/api/v1/score", "POST", {"data": b"\xff", "content_type": "application/json"}, 400),
        ("/api/v1/score", "POST", {"data": "[" * 60000, "content_type": "application/json"}, 400),
        ("/api/v1/score", "POST", {"data": " " * 70000, "content_type": "application/json"}, 413),
    ],
)
def test_errors_are_problem_documents(
    client: FlaskClient, path: str, method: str, options: dict[str, Any], status: int
) -> None:
    reply = client.open(path, method=method, **options)
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    document = reply.get_json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]


def test_an_unexpected_error_shows_nothing_of_the_inside(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.views.sqlite_version", lambda: 1 / 0)
    reply = client.get("/healthz")
    assert (reply.status_code, reply.mimetype) == (500, "application/problem+json")
    assert "division" not in reply.text
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_scoring_needs_a_token(app: Flask, published: Bank, header: str) -> None:
    body = {"bank": published.id, "responses": responses_to(published, 1)}
    reply = app.test_client().post("/api/v1/score", json=body, headers={"Authorization": header})
    assert (reply.status_code, reply.mimetype) == (401, "application/problem+json")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 401),
    ],
)
def test_a_development_server_without_tokens_is_open_on_loopback_only(
    tmp_path: Path, published: Bank, address: str, headers: dict[str, str], status: int
) -> None:
    app = create_app({"VBR_DATA_DIR": str(tmp_path), "VBR_BANKS": str(BANKS)})
    reply = app.test_client().post(
        "/api/v1/score",
        json={"bank": published.id, "responses": responses_to(published, 1)},
        environ_base={"REMOTE_ADDR": address},
        headers=headers,
    )
    assert reply.status_code == status


def test_no_key_is_in_any_answer_or_log(
    client: FlaskClient, published: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"bank": published.id, "responses": responses_to(published, 1)}
    told = "".join(
        client.get(path).text
        for path in ("/healthz", "/api/v1/banks", "/api/v1/openapi.json", "/api/v1/docs")
    )
    told += client.post("/api/v1/score", json=body).text
    told += client.post("/api/v1/score", json={**body, "bank": 1}).text
    told += "".join(capsys.readouterr())
    assert '"key"' not in told
    for text in published.text().items.values():
        assert text.rationale not in told
    dump = json.dumps(dump_bank(published))
    assert '"key"' in dump, "the search would find a key"


def test_the_reference_page_names_every_operation(client: FlaskClient) -> None:
    page = client.get("/api/v1/docs").text
    for operation in ("GET /healthz", "GET /api/v1/banks", "POST /api/v1/score"):
        assert operation in page
    assert "<script" not in page
    assert page.count("<h1") == 1
