"""The only SQL of the service: tables, the write gate, repositories."""

from service.storage.store import Store, Tenant, Unit

__all__ = ["Store", "Tenant", "Unit"]
