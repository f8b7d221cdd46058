"""The JSON interface under /api/v1, and /healthz."""

from service.api.specification import install

__all__ = ["install"]
