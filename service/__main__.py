"""``python -m service``: the service with sample data, on this machine only; or a command."""

from __future__ import annotations

import signal

if __name__ == "__main__":
    # Ctrl+C while everything is still being loaded: stop at once, without a traceback. What is
    # written is safe at any moment; later gunicorn has its own way of stopping.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import os
import socket
import sys
from typing import Any, cast

from flask import Flask
from gunicorn.app.base import BaseApplication

from service import commands, gunicorn_conf
from service.access import Services
from service.config import Settings
from service.demo import Demonstration, fresh_link, prepare
from service.errors import SettingsError
from service.start import application, stopping_on_errors

__all__ = ["main"]

HOST = "127.0.0.1"


class Server(BaseApplication):
    """gunicorn around an application that is there already."""

    def __init__(self, app: Flask, *, port: int, words: str) -> None:
        self._app, self._port, self._words = app, port, words
        super().__init__()

    def load_config(self) -> None:
        """Take the settings of `service.gunicorn_conf`."""
        for name, value in vars(gunicorn_conf).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("bind", f"{HOST}:{self._port}")
        self.cfg.set("when_ready", lambda _: print(self._words, flush=True))

    def load(self) -> Any:
        """Return the application."""
        return self._app


def main() -> None:
    """Run a command; without one prepare the sample data, start the server, say where it is."""
    if sys.argv[1:2] and sys.argv[1] in commands.COMMANDS:
        sys.exit(commands.run(sys.argv[1:]))
    port = _port()
    print("Starting ...", flush=True)
    os.environ.setdefault("VBR_LOG_LEVEL", "warning")
    os.environ.setdefault("VBR_PUBLIC_URL", f"http://{HOST}:{port}")
    with stopping_on_errors():
        if Settings.from_environment().production:
            raise SettingsError(
                ["python -m service shows sample data; in production start gunicorn instead."]
            )
        _check_free(port)
        app = application()
        words = _words(cast(Services, app.extensions["vbr"]), port)
    Server(app, port=port, words=words).run()


def _port() -> int:
    parser = argparse.ArgumentParser(prog="python -m service", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    commands.add_to(parser)
    port = int(parser.parse_args().port)
    if not 1 <= port <= 65535:
        parser.error(f"a port is a number from 1 to 65535, not {port}")
    return port


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SettingsError(
                [
                    f"Port {port} cannot be used: {(error.strerror or '').lower()}. "
                    f"Choose another one: make run PORT={port + 1 if port < 65535 else 8000}"
                ]
            ) from error


def _words(services: Services, port: int) -> str:
    store, data = services.store, services.settings.data_dir
    path = data / "demonstration.json"
    if not path.exists():
        print("Making the sample data ...", flush=True)
    demo = prepare(store, path, now=services.clock())
    token = fresh_link(store, path, demo, now=services.clock())
    store.close()
    address = f"http://{HOST}:{port}"
    notices = "".join(f"\n  Please note: {notice}\n" for notice in services.notices)
    return f"""{notices}
  VBR Engine is running, with two made-up providers and simulated candidates.

  Sign in at          {address}/sign-in
{_sign_ins(demo)}
                      password  {demo.password}  (the same for all)

  For a candidate     {address}/i/{token}
                      (a fresh link at each start)

  For a program       {address}/api/v1/docs

  Emails are not sent: they are files in {data / "outbox"},
  and the administrator reads them at {address}/operator/mail.
  The data are in {data}. The question bank is a draft: no panel, no norms.
  Only this machine can reach the service. Ctrl+C stops it.
"""


_LOOK_AT = {
    "recruiter": "vacancies, call list, tasks, ratings",
    "manager": "the same, and settings and people",
    "council": "providers, and how the pilot gets on",
    "researcher": "banks and models",
    "administrator": "messages, jobs, people",
}


def _sign_ins(demo: Demonstration) -> str:
    """Say who can sign in, and what each of them sees: one line each."""
    own = "".join(
        f"    {one.role:<18}{one.email:<34}{_LOOK_AT[one.role]}\n"
        for one in demo.sign_ins
        if one.provider_id != demo.neighbour_id
    )
    other = "".join(
        f"    {one.role:<18}{one.email:<34}another, small provider\n"
        for one in demo.sign_ins
        if one.provider_id == demo.neighbour_id
    )
    return own + other


if __name__ == "__main__":
    main()
