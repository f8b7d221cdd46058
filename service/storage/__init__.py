"""The only SQL of the service: tables, the write gate, repositories."""

from service.storage.store import Store, Unit

__all__ = ["Store", "Unit"]
