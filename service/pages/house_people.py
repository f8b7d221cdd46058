"""The people who run the pilot: council leads, researchers, administrators."""

from __future__ import annotations

from service.pages.people import pages_of_people

__all__ = ["blueprint"]

blueprint = pages_of_people(
    "house_people",
    rule="administrator",
    kind="house",
    prefix="/operator/people",
    section="operator",
)
