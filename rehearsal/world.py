"""Who takes part in the rehearsal, and what they remember."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, ViewportSize

from rehearsal.stage import DESK, Figures, Person, Service

# Candidates of the first provider: names and addresses that the second must never find.
FIRST = "Heron Rehearsal Care"
SECOND = "Otter Rehearsal Support"
TITLE = "Care worker at Heron, mornings"
CANDIDATES = {
    "Phyllis Twodevice": "phyllis@candidates.example",
    "Adam Ownwords": "adam@candidates.example",
    "Tilda Telephone": "tilda@candidates.example",
    "Carys Cymraeg": "carys@candidates.example",
    "Wendy Withdrawn": "wendy@candidates.example",
    "Connor Contest": "connor@candidates.example",
}


@dataclass
class World:
    """The browser, the service, people by name, and ids by what they are of."""

    browser: Browser
    service: Service
    figures: Figures
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    acting: Person | None = None

    def new(self, name: str, size: ViewportSize = DESK) -> Person:
        """Give somebody a browser of their own."""
        self.people[name] = Person(self.browser, self.service, self.figures, size)
        return self.who(name)

    def who(self, name: str) -> Person:
        """Return somebody, who acts now."""
        self.acting = self.people[name]
        return self.acting

    def leave(self, name: str) -> None:
        """Close somebody's browser."""
        self.people.pop(name).context.close()

    def candidate(self, name: str) -> str:
        """Return the address of a candidate's page for recruiters."""
        return f"/candidates/{self.ids[name]}"
