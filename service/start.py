"""Starting: settings, store, published banks, blueprints; problems end the start in a sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version

import structlog
from flask import Flask
from flask_babel import Babel
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from service import access, assets, error_pages, headers, logs
from service.api import install as install_api
from service.config import Settings
from service.errors import DatabaseError, SettingsError
from service.languages import LANGUAGES, in_draft, page_language, reader_locale
from service.pages import blueprints, kept_forms
from service.pages.uploads import MemoryRequest
from service.publish import publish_banks
from service.storage import Store
from service.storage.database import safe_for_several_writers, sqlite_version
from service.storage.store import utc_now
from vbr_engine.errors import InvalidInput

__all__ = ["application", "open_store", "stopping_on_errors"]

STOPPED = 4  # gunicorn's "application cannot be loaded": it stops instead of trying for ever

# What the status of every command says; its help and docs/operating.md have the same words.
STATUSES = (
    "Status 0: done, and nothing wrong. 1: something was found, or refused. 2: the command was not "
    "understood. 4: the settings, the database or a file that was named cannot be used; the reason "
    "stands on standard error."
)


@contextmanager
def stopping_on_errors() -> Iterator[None]:
    """Turn a bad start into a sentence on standard error and a status, without a traceback."""
    try:
        yield
    except (SettingsError, DatabaseError, InvalidInput) as error:
        print(error, file=sys.stderr)
        sys.exit(STOPPED)


def application(
    environ: Mapping[str, str] | None = None, *, clock: Callable[[], datetime] | None = None
) -> Flask:
    """Make the application.

    Raises
    ------
    SettingsError, DatabaseError, BankError
    """
    settings = Settings.from_environment(environ)
    logs.configure(settings.log_level)
    store = open_store(settings, clock=clock or utc_now)
    published = publish_banks(store, settings.banks, replace=not settings.production)
    for one in published:
        structlog.get_logger("vbr.start").info("banks", detail=one.sentence)
    app = Flask("service", static_folder=None)
    app.request_class = MemoryRequest
    app.extensions["vbr"] = access.Services(
        settings, store, store.clock, tuple(one.sentence for one in published if one.kept)
    )
    _configure(app, settings)
    logs.install(app)
    headers.install(app, production=settings.production)
    assets.install(app, reload=not settings.production)
    access.csrf.init_app(app)
    Babel(app, locale_selector=reader_locale)
    for page in blueprints():
        app.register_blueprint(page)
    install_api(app)
    error_pages.install(app)
    kept_forms.install(app)
    access.check_every_route(app)
    store.close()  # no connection may survive a fork
    return app


def open_store(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, anchoring: bool = True
) -> Store:
    """Open the store, unless this SQLite could damage it.

    With `anchoring`, what was decided right before an interruption is anchored now.

    Raises
    ------
    DatabaseError
    """
    if settings.workers > 1 and not safe_for_several_writers(sqlite_version()):
        found = ".".join(map(str, sqlite_version()))
        raise DatabaseError(
            f"SQLite {found} can damage a database that several processes write to. Install "
            "pysqlite3 (Linux, x86-64) or SQLite 3.51.3, or set VBR_WORKERS=1."
        )
    store = Store(
        settings.database,
        secret=settings.secret_key,
        link_lifetime=settings.link_lifetime,
        session_idle=settings.session_idle,
        session_absolute=settings.session_absolute,
        clock=clock,
        ledger_heads=settings.ledger_heads,
    )
    if anchoring:
        store.anchor_late()
    return store


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-vbr_form" if settings.production else "vbr_form",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=31),
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="en_GB",
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        TRAP_HTTP_EXCEPTIONS=False,
        JSON_SORT_KEYS=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("service"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.jinja_env.globals |= {
        "languages": LANGUAGES,
        "page_language": page_language,
        "in_draft": in_draft,
    }
    app.jinja_env.globals["engine_version"] = version("vbr-engine")
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n)  # type: ignore[method-assign]
