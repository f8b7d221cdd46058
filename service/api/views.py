"""The operations of the JSON interface: thin, the engine does the work."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Mapping
from functools import wraps
from importlib.metadata import version
from typing import Any

from flask import Request, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    BadRequest,
    RequestEntityTooLarge,
    Unauthorized,
    UnsupportedMediaType,
)
from werkzeug.wrappers import Response

from service.access import requires, settings, store
from service.api.schemas import (
    EXAMPLE,
    BanksSchema,
    HealthSchema,
    ProblemSchema,
    ProfilesSchema,
    score_request,
)
from service.errors import NotFound
from service.problems import PROBLEM, from_problems, problem
from service.storage.cipher import sha256
from service.storage.database import sqlite_version
from vbr_engine.bank.model import Bank
from vbr_engine.errors import ResponsesError
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score

__all__ = ["blueprints"]

PROBLEMS = {
    400: "The body is not JSON.",
    401: "A token is needed.",
    404: "There is no such bank.",
    413: "The body is larger than allowed.",
    415: "The body is not sent as application/json.",
    422: "The body does not fit the schema or the bank; every problem has its pointer.",
}


class JsonParser(FlaskParser):
    """Tells of JSON that is nested too deep as of any other bad JSON."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except RecursionError as error:
            raise BadRequest from error


class Operations(Blueprint):
    """A blueprint with that parser."""

    ARGUMENTS_PARSER = JsonParser()


def blueprints(*, most_sittings: int) -> tuple[Blueprint, ...]:
    """Make the blueprints, once for each application."""
    health = Operations("health", "service.api", description="Is the service up?")
    banks = Operations("banks", "service.api", description="Published question banks.")
    scores = Operations("scores", "service.api", description="Scoring without keeping anything.")

    @health.route("/healthz")
    @requires("public")
    @health.response(200, HealthSchema)
    def healthz() -> dict[str, Any]:
        """Say whether the service can answer, and with which versions."""
        with store().read() as unit:
            number = len(unit.banks.list())
        return {
            "status": "ok",
            "engine": version("vbr-engine"),
            "sqlite": ".".join(map(str, sqlite_version())),
            "banks": number,
        }

    @banks.route("/api/v1/banks")
    @requires("api")
    @banks.response(200, BanksSchema)
    def list_banks() -> dict[str, Any]:
        """List the published banks, without keys or texts."""
        with store().read() as unit:
            records = unit.banks.list()
            found = [store().bank(unit, r.id, r.version, r.sha256) for r in records]
        return {"banks": [_described(bank) for bank in found]}

    @scores.route("/api/v1/score", methods=["POST"])
    @requires("api")
    @_json_only
    @_token_needed
    @_problems(scores)
    @scores.arguments(score_request(most_sittings), example=EXAMPLE)
    @scores.response(200, ProfilesSchema)
    def score_responses(given: Mapping[str, Any]) -> dict[str, Any] | Response:
        """Score responses to a bank; nothing is kept."""
        bank = _published(given["bank"], given.get("version"))
        try:
            profiles = _profiles(given, bank)
        except ResponsesError as error:
            found = from_problems(error.problems, under="responses")
            return problem(422, f"The responses do not belong to {bank.label}.", errors=found)
        return {"profiles": profiles}

    return health, banks, scores


def _problems(blueprint: Blueprint) -> Callable[[Any], Any]:
    def decorate(view: Any) -> Any:
        for status, meaning in PROBLEMS.items():
            view = blueprint.alt_response(
                status, schema=ProblemSchema, description=meaning, content_type=PROBLEM
            )(view)
        return view

    return decorate


def _json_only(view: Any) -> Any:
    """Refuse what a plain form on another site could send."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if (request.content_length or 0) > settings().max_request_bytes:
            raise RequestEntityTooLarge
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        return view(*args, **kwargs)

    return guarded


def _token_needed(view: Any) -> Any:
    """Ask for a token: scores of chosen answers would let a candidate work out the key."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        known = settings().api_tokens
        is_open = not settings().production and not known and _on_loopback()
        if not is_open and not _holds_token(known):
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
        return view(*args, **kwargs)

    return guarded


def _holds_token(known: tuple[str, ...]) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = sha256(token.strip()) if scheme.lower() == "bearer" else ""
    # Every known token is compared, so that the time says nothing about which one is near.
    equal = [hmac.compare_digest(given, sha256(one)) for one in known]
    return any(equal)


def _on_loopback() -> bool:
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # a proxy on this machine speaks for somebody elsewhere
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _published(bank_id: str, wanted: str | None) -> Bank:
    with store().read() as unit:
        record = unit.banks.get(bank_id, wanted) if wanted else unit.banks.newest(bank_id)
        if record is None:
            raise NotFound(f"There is no bank {bank_id}{f' {wanted}' if wanted else ''}.")
        return store().bank(unit, record.id, record.version, record.sha256)


def _profiles(given: Mapping[str, Any], bank: Bank) -> list[dict[str, Any]]:
    responses = ResponseMatrix.from_answers(
        {sitting: _nested(codes) for sitting, codes in given["responses"].items()}, bank
    )
    seconds = {
        name: s for name, s in given.get("seconds", {}).items() if name in responses.sittings
    }
    scores = score(responses, bank, seconds=seconds or None)
    return [scores.profile(sitting).to_dict() for sitting in responses.sittings]


def _nested(codes: Mapping[str, int | None]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for column, code in codes.items():
        item, _, option = column.partition(".")
        if code is not None:
            found.setdefault(item, {})[option] = code
    return found


def _described(bank: Bank) -> dict[str, Any]:
    return {
        "id": bank.id,
        "version": bank.version,
        "title": bank.text().title,
        "status": str(bank.status),
        "sha256": bank.sha256,
        "languages": sorted(bank.catalogues),
        "values": [value.id for value in bank.values],
        "items": len(bank.items),
        "form_length": bank.blueprint.length,
        "minutes": bank.blueprint.minutes,
        "licence": bank.provenance.licence,
    }
