"""What the worker plans once a day: any worker may, and only one of them starts anything."""

from __future__ import annotations

from datetime import date

import structlog

from service.storage import Store
from service.storage.standings import LOCAL
from service.use_cases.importing import put_away_abandoned
from service.use_cases.research_export import delete_old
from service.use_cases.retention import plan_erasure

__all__ = ["Daily"]


class Daily:
    """Plans the day's jobs when a day begins, and when the worker starts.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._planned: date | None = None

    def plan(self) -> bool:
        """Plan today's jobs, unless this worker has; always False: there is no more to do.

        What was erased while somebody was reading leaves the disk here, soon after they have read.
        """
        self._store.forget_owed()
        now = self._store.clock()
        today = now.astimezone(LOCAL).date()
        if self._planned != today:
            started = plan_erasure(self._store, now=now)
            deleted = delete_old(self._store, now=now)
            put_away_abandoned(self._store, now=now)
            self._store.forget_erased()  # whoever erased last may have been killed before this
            self._planned = today
            structlog.get_logger("vbr.worker").info(
                "planned", erasures=started, exports_deleted=deleted
            )
        return False
