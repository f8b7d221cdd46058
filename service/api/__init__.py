"""The JSON interface under /api/v1, and /healthz."""

from service.api.install import install

__all__ = ["install"]
