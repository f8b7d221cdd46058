"""Settings, the start, headers, error pages, logs."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from flask import Flask, request

from service import create_app
from service.access import ROLES, RULES, check_every_route, rule_of
from service.config import SETTINGS, Settings
from service.errors import DatabaseError, SettingsError
from service.headers import HEADERS
from service.logs import masked
from service.publish import publish_banks
from service.start import open_store
from service.storage import Store
from vbr_engine.errors import BankError

ROOT = Path(__file__).parents[2]
BANKS = ROOT / "tests" / "banks"
SECRET = "s" * 40
SIGNED_IN = {"member", *ROLES}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("app")
    return create_app({"VBR_DATA_DIR": str(folder), "VBR_BANKS": str(BANKS)})


def test_every_setting_is_documented_as_it_is() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert f"| `{setting.name}` | {setting.meaning} | {setting.default} |" in text


def test_every_problem_is_told_at_once_and_no_secret_with_it() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            {
                "VBR_ENVIRONMENT": "staging",
                "VBR_SECRET_KEY": "hunter2",
                "VBR_PUBLIC_URL": "recruit.example",
                "VBR_THREADS": "4.5",
                "VBR_TREADS": "4",
                "VBR_API_TOKENS_FILE": "/nowhere/tokens",
            }
        )
    told = str(caught.value)
    assert len(caught.value.problems) == 6
    for name in ("ENVIRONMENT", "SECRET_KEY", "PUBLIC_URL", "THREADS", "TREADS", "API_TOKENS_FILE"):
        assert f"VBR_{name}" in told
    assert "hunter2" not in told


def test_production_needs_its_secrets() -> None:
    with pytest.raises(SettingsError, match=r"VBR_SECRET_KEY .* VBR_API_TOKENS"):
        Settings.from_environment({"VBR_ENVIRONMENT": "production"})


def test_secrets_come_from_files(tmp_path: Path) -> None:
    for name in ("key", "tokens"):
        (tmp_path / name).write_text(f"{name * 20}\n", encoding="utf-8")
    settings = Settings.from_environment(
        {
            "VBR_ENVIRONMENT": "production",
            "VBR_SECRET_KEY_FILE": str(tmp_path / "key"),
            "VBR_API_TOKENS_FILE": str(tmp_path / "tokens"),
        }
    )
    assert (settings.secret_key, settings.api_tokens) == ("key" * 20, ("tokens" * 20,))


def test_a_generated_secret_is_kept_and_private(tmp_path: Path) -> None:
    first, second = (Settings.from_environment({"VBR_DATA_DIR": str(tmp_path)}) for _ in "ab")
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.parametrize("conf", [[], ["-c", "python:service.gunicorn_conf"]])
def test_gunicorn_stops_with_a_sentence(tmp_path: Path, conf: list[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {n: v for n, v in os.environ.items() if not n.startswith("VBR_")}
    environ |= {"VBR_DATA_DIR": str(tmp_path), "VBR_THREADS": "none"}
    command = [sys.executable, "-m", "gunicorn", *conf, "--no-control-socket"]
    done = subprocess.run(
        [*command, "-b", f"127.0.0.1:{port}", "service:create_app()"],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    assert "VBR_THREADS must be a whole number from 1 to 64, not 'none'." in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_sqlite_is_refused_for_several_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.start.sqlite_version", lambda: (3, 40, 1))
    several = Settings.from_environment({"VBR_DATA_DIR": str(tmp_path)})
    with pytest.raises(DatabaseError, match=r"SQLite 3\.40\.1 .* VBR_WORKERS=1"):
        open_store(several)
    single = Settings.from_environment({"VBR_DATA_DIR": str(tmp_path), "VBR_WORKERS": "1"})
    open_store(single).close()


def test_a_published_bank_stays_as_it_was(store: Store, house: Any, tmp_path: Path) -> None:
    folder = tmp_path / "banks" / "tiny"
    (folder / "catalogues").mkdir(parents=True)
    for file in (BANKS / "tiny").rglob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("minutes: 5", "minutes: 6")
        (folder / file.relative_to(BANKS / "tiny")).write_text(
            text.replace("title: ", "title: Changed ", 1), encoding="utf-8"
        )
    changed = folder.parent
    assert publish_banks(store, BANKS, replace=False) == ()
    with pytest.raises(BankError, match="new version"):
        publish_banks(store, changed, replace=False)
    assert "nobody had used" in publish_banks(store, changed, replace=True)[0].sentence
    house.invite()
    (told,) = publish_banks(store, BANKS, replace=True)
    assert told.kept
    assert "stays in use as it was" in told.sentence


def test_a_folder_without_banks_stops_the_start(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VBR_BANKS: there is no bank in"):
        publish_banks(store, tmp_path / "none", replace=True)


def test_any_folder_name_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "what? a #name;%20=ü"
    create_app({"VBR_DATA_DIR": str(folder), "VBR_BANKS": str(BANKS)})
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name]
    assert (folder / "vbr.sqlite3").stat().st_size > 0
    assert (folder / "vbr.sqlite3").stat().st_mode & 0o777 == 0o600


def test_every_route_has_a_rule(app: Flask) -> None:
    rules = {r.endpoint: rule_of(app, r.endpoint) for r in app.url_map.iter_rules()}
    assert set(rules.values()) <= set(RULES)
    bare = Flask("bare")
    with pytest.raises(RuntimeError, match="static"):
        check_every_route(bare)


def test_signed_in_and_candidate_routes_turn_strangers_away(app: Flask) -> None:
    client = app.test_client()
    seen = set()
    for route in app.url_map.iter_rules():
        rule = rule_of(app, route.endpoint)
        if rule not in {*SIGNED_IN, "candidate"} or "GET" not in (route.methods or ()):
            continue
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub("<int:[^>]+>", "1", route.rule))
        path = re.sub("<[^>]+>", "0" * 32, path)
        reply = client.get(path)
        seen.add(rule)
        if rule == "candidate":
            assert reply.status_code == 403, path
        else:
            assert reply.status_code == 303, path
            assert "/sign-in" in reply.headers["Location"]
    assert seen >= {"recruiter", "candidate"}


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sign-in", 200), ("/nothing", 404), ("/i/unknown", 404), ("/healthz", 200)],
)
def test_every_answer_carries_the_headers(app: Flask, path: str, status: int) -> None:
    reply = app.test_client().get(path)
    assert reply.status_code == status
    for name, value in HEADERS.items():
        assert reply.headers[name] == value
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store"


def test_static_files_are_versioned_kept_and_compressed(app: Flask) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"]("vbr.css")  # type: ignore[operator]
    client = app.test_client()
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "max-age=31536000" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 3
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/static/x/src/app.scss").status_code == 404
    assert client.get("/static/x/..%2f..%2fconfig.py").status_code == 404


def test_a_form_without_its_token_gets_a_sentence(app: Flask) -> None:
    reply = app.test_client().post("/sign-in", data={"email": "a@b.example", "password": "x"})
    assert reply.status_code == 400
    assert "What you have saved is kept" in reply.text


def test_an_unexpected_error_is_a_page_without_the_inside(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the inside, at /i/secrettoken")

    monkeypatch.setattr("service.use_cases.sittings.view_invitation", fail)
    reply = app.test_client().get("/i/secrettoken")
    logged = "".join(capsys.readouterr())
    assert reply.status_code == 500
    assert "inside" not in reply.text
    assert "RuntimeError" in logged
    assert "secrettoken" not in logged


def test_requests_are_logged_by_route_without_tokens_or_names(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    app.test_client().get("/i/AbCdEfSecret?email=ana@example.org")
    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert (line["route"], line["status"]) == ("/i/<token>", 404)
    assert not any(secret in json.dumps(line) for secret in ("AbCdEf", "ana@"))
    assert masked("/i/AbC/practice") == "/i/***/practice"


def test_a_page_that_repeats_its_address_is_not_compressed(app: Flask) -> None:
    client = app.test_client()
    plain, repeating = (
        client.get(path, headers={"Accept-Encoding": "gzip"})
        for path in ("/sign-in", "/sign-in?next=/vacancies")
    )
    assert plain.headers["Content-Encoding"] == "gzip"
    assert "/vacancies" in repeating.text
    assert "Content-Encoding" not in repeating.headers


def test_every_sentence_for_people_can_be_translated() -> None:
    found = {
        message
        for name in ("service/use_cases", "service/pages", "service")
        for path in (ROOT / name).glob("*.py")
        for _, message, _, _ in extract_from_file(
            "python", path, keywords={**DEFAULT_KEYWORDS, "lazy_gettext": None}
        )
    }
    for words in (
        "Enter the reason.",
        "Enter an email address such as name@example.org.",
        "First view recorded",
        "This link has expired. Ask the person who sent it for a new one.",
        "Page not found",
        "There is nothing at this address.",
    ):
        assert words in found
    assert "-k lazy_gettext" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_production_cookies_are_secure(tmp_path: Path) -> None:
    app = create_app(
        {
            "VBR_ENVIRONMENT": "production",
            "VBR_SECRET_KEY": SECRET,
            "VBR_API_TOKENS": SECRET,
            "VBR_DATA_DIR": str(tmp_path),
            "VBR_BANKS": str(BANKS),
        }
    )
    reply = app.test_client().get("/sign-in", base_url="https://recruit.example")
    cookies = reply.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "max-age" in reply.headers["Strict-Transport-Security"]


def test_a_proxy_is_believed_as_documented_and_no_further(tmp_path: Path) -> None:
    app = create_app(
        {
            "VBR_DATA_DIR": str(tmp_path),
            "VBR_BANKS": str(BANKS),
            "VBR_TRUSTED_PROXIES": "1",
        }
    )
    seen: dict[str, str | None] = {}
    app.before_request(lambda: seen.update(host=request.host, by=request.remote_addr))
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "198.51.100.4, 192.0.2.7"}
    app.test_client().get("/about", headers=forwarded)
    assert seen == {"host": "localhost", "by": "192.0.2.7"}


def test_every_folder_of_modules_is_a_package_and_so_in_the_wheel() -> None:
    for room in ("service", "vbr_engine"):
        for module in (ROOT / room).rglob("*.py"):
            assert (module.parent / "__init__.py").exists(), module.parent
