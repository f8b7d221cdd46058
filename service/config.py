"""Settings: read from the environment once, checked all together, frozen afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.errors import SettingsError
from service.mail_settings import MAIL_SETTINGS, MailSettings
from service.setting import Setting, address, one_of, secret, tokens, whole

__all__ = ["SETTINGS", "Setting", "Settings"]

SECOND_FACTOR_ROLES = frozenset({"manager", "council", "researcher", "administrator"})
SETTINGS = (
    Setting(
        "VBR_ENVIRONMENT",
        "`development` makes its own secret and needs nothing else; `production` demands secrets, "
        "HTTPS cookies and an API token.",
        "`development`",
        one_of("development", "production"),
    ),
    Setting("VBR_DATA_DIR", "Folder of the database and the generated secret.", "`var`", Path),
    Setting(
        "VBR_DATABASE",
        "The SQLite file. It must be on a local disk, not a network share.",
        "`vbr.sqlite3` in the data folder",
        Path,
    ),
    Setting(
        "VBR_LEDGER_HEADS",
        "File to which the head of each provider's ledger is appended; best on another disk than "
        "the database.",
        "`ledger-heads.jsonl` in the data folder",
        Path,
    ),
    Setting(
        "VBR_BANKS",
        "Folder with one folder for each question bank; its banks are published at the start.",
        "`question_banks` beside the package",
        Path,
    ),
    Setting(
        "VBR_SECRET_KEY",
        "Signs form tokens and the ledger, and encrypts names, addresses and remarks; at least 32 "
        "characters. If it is lost, they cannot be read any more, nor the ledger verified.",
        "generated in the data folder (development); required in production",
        secret,
        secret=True,
    ),
    Setting(
        "VBR_API_TOKENS",
        "Bearer tokens for `POST /api/v1/score`, parted by commas; at least 32 characters each.",
        "none: open on loopback (development); required in production",
        tokens,
        secret=True,
    ),
    Setting(
        "VBR_PUBLIC_URL",
        "Address that people reach, used in links; needed to send messages by SMTP or Notify.",
        "the address of the request; `http://127.0.0.1:8000` in messages (development)",
        address,
    ),
    Setting(
        "VBR_TRUSTED_PROXIES",
        "How many reverse proxies stand in front and set `X-Forwarded-For` and `-Proto`.",
        "`0`",
        whole(0, 5),
    ),
    Setting("VBR_LINK_DAYS", "Days until an invitation link expires.", "`30`", whole(1, 365)),
    Setting(
        "VBR_SESSION_IDLE_MINUTES",
        "Minutes without a request after which a recruiter is signed out.",
        "`60`",
        whole(5, 1440),
    ),
    Setting(
        "VBR_SESSION_HOURS",
        "Hours after which a recruiter signs in again in any case.",
        "`12`",
        whole(1, 168),
    ),
    Setting(
        "VBR_SECOND_FACTOR",
        "`required`: managers, council leads, researchers and administrators set up a code from "
        "their phone when they first sign in; `optional`: whoever wants.",
        "`optional` (development), `required` (production)",
        one_of("optional", "required"),
    ),
    Setting(
        "VBR_MAX_REQUEST_KB",
        "Largest body of a request, in kB; larger ones get status 413.",
        "`1024`",
        whole(16, 65536),
    ),
    Setting(
        "VBR_MAX_SITTINGS",
        "Most sittings in one `POST /api/v1/score`.",
        "`1000`",
        whole(1, 100_000),
    ),
    Setting(
        "VBR_LOG_LEVEL",
        "Least level that is logged: `debug`, `info`, `warning` or `error`.",
        "`info`",
        one_of("debug", "info", "warning", "error"),
    ),
    Setting(
        "VBR_WORKERS",
        "gunicorn's worker processes. More than 1 needs SQLite 3.51.3 or later.",
        "`2`",
        whole(1, 32),
    ),
    Setting(
        "VBR_THREADS",
        "Threads of each worker, beside those in which people wait to sign in.",
        "`4`",
        whole(1, 64),
    ),
    *MAIL_SETTINGS,
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between two installations; see ``docs/settings.md``.

    Examples
    --------
    >>> settings = Settings.from_environment({"VBR_SECRET_KEY": "x" * 32})
    >>> settings.production, settings.workers, settings.link_lifetime.days
    (False, 2, 30)
    >>> Settings.from_environment({"VBR_WORKERS": "many", "VBR_LINK_DAYS": "0"})
    Traceback (most recent call last):
        ...
    service.errors.SettingsError: The service did not start. VBR_LINK_DAYS must be a whole number \
from 1 to 365, not '0'. VBR_WORKERS must be a whole number from 1 to 32, not 'many'.
    """

    environment: str
    data_dir: Path
    database: Path
    ledger_heads: Path
    banks: Path
    secret_key: str
    api_tokens: tuple[str, ...]
    public_url: str | None
    trusted_proxies: int
    link_lifetime: timedelta
    session_idle: timedelta
    session_absolute: timedelta
    second_factor: str
    max_request_bytes: int
    max_sittings: int
    log_level: str
    workers: int
    threads: int
    mail: MailSettings

    @property
    def production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.environment == "production"

    @property
    def second_factor_roles(self) -> frozenset[str]:
        """The roles that cannot do without a second factor."""
        return SECOND_FACTOR_ROLES if self.second_factor == "required" else frozenset()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check every ``VBR_`` variable.

        Parameters
        ----------
        environ : mapping, optional
            The process environment if not given.

        Raises
        ------
        SettingsError
            With every problem.
        """
        given, problems = _gather(os.environ if environ is None else environ)
        production = given.get("VBR_ENVIRONMENT", "development") == "production"
        problems += _missing(given, problems) if production else []
        problems += MailSettings.missing(given, problems)
        if problems:
            raise SettingsError(problems)
        data_dir: Path = given.get("VBR_DATA_DIR", Path("var")).absolute()
        return cls(
            environment=given.get("VBR_ENVIRONMENT", "development"),
            data_dir=data_dir,
            database=given.get("VBR_DATABASE", data_dir / "vbr.sqlite3").absolute(),
            ledger_heads=given.get("VBR_LEDGER_HEADS", data_dir / "ledger-heads.jsonl").absolute(),
            banks=given.get("VBR_BANKS", _default_banks()).absolute(),
            secret_key=given.get("VBR_SECRET_KEY") or _kept_secret(data_dir),
            api_tokens=given.get("VBR_API_TOKENS", ()),
            public_url=given.get("VBR_PUBLIC_URL"),
            trusted_proxies=given.get("VBR_TRUSTED_PROXIES", 0),
            link_lifetime=timedelta(days=given.get("VBR_LINK_DAYS", 30)),
            session_idle=timedelta(minutes=given.get("VBR_SESSION_IDLE_MINUTES", 60)),
            session_absolute=timedelta(hours=given.get("VBR_SESSION_HOURS", 12)),
            second_factor=given.get("VBR_SECOND_FACTOR", "required" if production else "optional"),
            max_request_bytes=1024 * given.get("VBR_MAX_REQUEST_KB", 1024),
            max_sittings=given.get("VBR_MAX_SITTINGS", 1000),
            log_level=given.get("VBR_LOG_LEVEL", "info"),
            workers=given.get("VBR_WORKERS", 2),
            threads=given.get("VBR_THREADS", 4),
            mail=MailSettings.of(given, data_dir, production=production),
        )


def _gather(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    problems = [
        f"{name} is not a setting of this service."
        for name in sorted(environ)
        if name.startswith("VBR_") and not _known(name)
    ]
    for setting in SETTINGS:
        try:
            text = _text(environ, setting)
            if text:
                found[setting.name] = setting.read(text)
        except ValueError as error:
            shown = "" if setting.secret else f", not {environ.get(setting.name, '')[:60]!r}"
            problems.append(f"{setting.name} must be {error}{shown}.")
        except OSError as error:
            problems.append(f"{setting.name}_FILE cannot be read: {error.strerror}.")
    return found, problems


def _known(name: str) -> bool:
    plain = name.removesuffix("_FILE")
    return name in _BY_NAME or (plain in _BY_NAME and _BY_NAME[plain].secret)


def _text(environ: Mapping[str, str], setting: Setting) -> str:
    file = environ.get(f"{setting.name}_FILE", "") if setting.secret else ""
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return environ.get(setting.name, "").strip()


def _missing(given: Mapping[str, Any], problems: list[str]) -> list[str]:
    return [
        f"{name} (or {name}_FILE) is needed in production."
        for name in ("VBR_SECRET_KEY", "VBR_API_TOKENS")
        if name not in given and not any(problem.startswith(name) for problem in problems)
    ]


def _default_banks() -> Path:
    return Path(__file__).resolve().parent.parent / "question_banks"


def _kept_secret(data_dir: Path) -> str:
    """Return the secret in the data folder; make it once, readable by its owner only."""
    path = data_dir / "secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError([f"{path} cannot be written or read: {error.strerror}."]) from error


def _create_once(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all; the first of several writers wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
