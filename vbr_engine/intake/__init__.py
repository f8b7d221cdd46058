"""Taking in a list of people to invite: what is read, what is refused, and who is here already.

Nothing here reads files or stores anything: `vbr_engine.files.read_sheet` gives the sheet, and the
caller keeps what `check_people` found ready.
"""

from __future__ import annotations

from vbr_engine.intake.contacts import normal_email, normal_phone
from vbr_engine.intake.duplicates import Duplicate, Known, marks_of
from vbr_engine.intake.people import PeopleCheck, PersonRow, check_people
from vbr_engine.intake.sheet import Limits, Sheet, SheetRow
from vbr_engine.intake.sources import SOURCES, source_label, source_of

__all__ = [
    "SOURCES",
    "Duplicate",
    "Known",
    "Limits",
    "PeopleCheck",
    "PersonRow",
    "Sheet",
    "SheetRow",
    "check_people",
    "marks_of",
    "normal_email",
    "normal_phone",
    "source_label",
    "source_of",
]
