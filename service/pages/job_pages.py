"""Pages of something that runs in the background: they come again by themselves until it is done.

No script is needed: the browser is asked to come again by a header. Whoever is disturbed by that
stops it with a link on the page.
"""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from service.use_cases.jobs import JobView

__all__ = ["SECONDS", "job_page"]

SECONDS = 5
STATES = {
    "waiting": (_("Waiting to begin"), "grey"),
    "running": (_("Running"), "blue"),
    "done": (_("Done"), "green"),
    "failed": (_("Failed"), "red"),
    "cancelled": (_("Stopped"), "grey"),
}


def job_page(template: str, job: JobView, **context: Any) -> Response:
    """Render a page with ``components/job.html``; it comes again by itself until the job is over.

    Parameters
    ----------
    template : str
        It imports ``components/job.html`` with context and calls its ``progress(job)``.
    job : JobView
    **context
        What else the template reads.
    """
    still = "still" in request.args
    page = render_template(
        template, job=job, job_states=STATES, still=still, seconds=SECONDS, **context
    )
    response = make_response(page)
    if not job.is_over and not still:
        response.headers["Refresh"] = str(SECONDS)
    return response
