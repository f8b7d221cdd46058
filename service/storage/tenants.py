"""One transaction: what all organisations share, the doors, and each organisation by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import sqlalchemy as sa

from service.storage.account_links import AccountLinks
from service.storage.answering import Answering
from service.storage.assessment import (
    Events,
    Identities,
    Links,
    Profiles,
    Remarks,
    Sittings,
)
from service.storage.boards import Boards
from service.storage.bulk import Bulk
from service.storage.cipher import Cipher
from service.storage.doors import Doors
from service.storage.heads import Head
from service.storage.imports import Imports
from service.storage.jobs import Jobs
from service.storage.ledger import Ledger
from service.storage.messages import Messages
from service.storage.models import Models, RiskFigures
from service.storage.outbox import Outbox
from service.storage.people import Accounts, Attempts, Providers, Sessions
from service.storage.pooled import Pooled
from service.storage.records import ProviderRecord
from service.storage.recovery_codes import RecoveryCodes
from service.storage.recruitment import Banks, Vacancies
from service.storage.research import Completed, ProposedBanks, Rescorings, Studied
from service.storage.retained import Retained
from service.storage.standings import Standings
from service.storage.tasks import Tasks
from service.storage.wordings import Wordings

__all__ = ["Tenant", "Unit"]


@dataclass(frozen=True)
class Tenant:
    """What belongs to one organisation, in one transaction: no other one can be reached."""

    connection: sa.Connection
    cipher: Cipher
    provider_id: str
    heads: dict[str, Head] = field(default_factory=dict)

    @property
    def provider(self) -> ProviderRecord:
        """The organisation itself."""
        found = Providers(self.connection).get(self.provider_id)
        assert found is not None, "a tenant is opened by the id of a provider that is there"
        return found

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return Accounts(self.connection, self.provider_id, self.cipher)

    @cached_property
    def sessions(self) -> Sessions:
        """Signed-in browsers."""
        return Sessions(self.connection, self.provider_id)

    @cached_property
    def vacancies(self) -> Vacancies:
        """Posts."""
        return Vacancies(self.connection, self.provider_id)

    @cached_property
    def sittings(self) -> Sittings:
        """Sittings."""
        return Sittings(self.connection, self.provider_id)

    @cached_property
    def links(self) -> Links:
        """Invitation links."""
        return Links(self.connection, self.provider_id)

    @cached_property
    def identities(self) -> Identities:
        """Who sits."""
        return Identities(self.connection, self.provider_id, self.cipher)

    @cached_property
    def remarks(self) -> Remarks:
        """Free text about candidates."""
        return Remarks(self.connection, self.provider_id, self.cipher)

    @cached_property
    def events(self) -> Events:
        """What happened in sittings."""
        return Events(self.connection, self.provider_id)

    @cached_property
    def profiles(self) -> Profiles:
        """Computed profiles."""
        return Profiles(self.connection, self.provider_id)

    @cached_property
    def answering(self) -> Answering:
        """Sittings that colleagues enter or rate."""
        return Answering(self.connection, self.provider_id)

    @cached_property
    def standings(self) -> Standings:
        """Where applications stand."""
        return Standings(self.connection, self.provider_id)

    @cached_property
    def boards(self) -> Boards:
        """Many applications at a time."""
        return Boards(self.connection, self.provider_id, self.cipher)

    @cached_property
    def bulk(self) -> Bulk:
        """Many rows at a time."""
        return Bulk(self.connection, self.provider_id, self.cipher)

    @cached_property
    def imports(self) -> Imports:
        """Lists of people, before they are invited."""
        return Imports(self.connection, self.provider_id, self.cipher)

    @cached_property
    def risk_figures(self) -> RiskFigures:
        """What models said about candidates."""
        return RiskFigures(self.connection, self.provider_id)

    @cached_property
    def ledger(self) -> Ledger:
        """Decisions, chained."""
        return Ledger(self.connection, self.provider_id, self.cipher, self.heads)

    @cached_property
    def account_links(self) -> AccountLinks:
        """Links by which accounts are opened."""
        return AccountLinks(self.connection, self.provider_id)

    @cached_property
    def recovery_codes(self) -> RecoveryCodes:
        """Codes for whoever has lost the second factor."""
        return RecoveryCodes(self.connection, self.provider_id)

    @cached_property
    def messages(self) -> Messages:
        """Messages to candidates and accounts."""
        return Messages(self.connection, self.provider_id)

    @cached_property
    def tasks(self) -> Tasks:
        """What somebody has to see to."""
        return Tasks(self.connection, self.provider_id)

    @cached_property
    def retained(self) -> Retained:
        """Whose names and words are still kept."""
        return Retained(self.connection, self.provider_id)

    @cached_property
    def studied(self) -> Studied:
        """Completed sittings by bank version."""
        return Studied(self.connection, self.provider_id)

    @cached_property
    def wordings(self) -> Wordings:
        """Messages in the organisation's own words."""
        return Wordings(self.connection, self.provider_id)


@dataclass(frozen=True)
class Unit:
    """One transaction: what all share, the doors, and each tenant through `at`."""

    connection: sa.Connection
    cipher: Cipher
    heads: dict[str, Head] = field(default_factory=dict)

    def at(self, provider_id: str) -> Tenant:
        """Open what belongs to one organisation."""
        return Tenant(self.connection, self.cipher, provider_id, self.heads)

    @cached_property
    def doors(self) -> Doors:
        """The ways to learn which tenant something belongs to."""
        return Doors(self.connection, self.cipher)

    @cached_property
    def providers(self) -> Providers:
        """The tenants."""
        return Providers(self.connection)

    @cached_property
    def pooled(self) -> Pooled:
        """Counts over all organisations, for the council."""
        return Pooled(self.connection)

    @cached_property
    def attempts(self) -> Attempts:
        """Attempts to sign in."""
        return Attempts(self.connection)

    @cached_property
    def models(self) -> Models:
        """Drop-out models."""
        return Models(self.connection)

    @cached_property
    def banks(self) -> Banks:
        """Published banks."""
        return Banks(self.connection)

    @cached_property
    def proposed_banks(self) -> ProposedBanks:
        """Bank versions that wait for a second person."""
        return ProposedBanks(self.connection)

    @cached_property
    def rescorings(self) -> Rescorings:
        """Policies that sittings are scored by again."""
        return Rescorings(self.connection)

    @cached_property
    def completed(self) -> Completed:
        """Counts of completed sittings, for researchers."""
        return Completed(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """The queue of messages, for the worker and the administrator."""
        return Outbox(self.connection)

    @cached_property
    def jobs(self) -> Jobs:
        """Work in the background."""
        return Jobs(self.connection)
