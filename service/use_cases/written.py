"""The texts of answers in own words: kept in the remarks, named by events."""

from __future__ import annotations

from service.storage import Tenant
from service.use_cases.progress import Progress

__all__ = ["words_of"]


def words_of(tenant: Tenant, progress: Progress) -> dict[str, str]:
    """Return the answers in own words that hold, by item; without those that were erased."""
    if not progress.words:
        return {}
    sitting_id = progress.events[0].sitting_id
    texts = tenant.remarks.of(sitting_id)
    return {
        item: texts[written.remark]
        for item, written in progress.words.items()
        if written.remark in texts
    }
