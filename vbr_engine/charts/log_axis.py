"""An axis of ratios: as far from a half to one as from one to two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log

from vbr_engine.charts.canvas import Axis

__all__ = ["LogAxis"]

_NARROW = (0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0)
_WIDE = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True, slots=True)
class LogAxis(Axis):
    """A stretch of ratios with its ticks, at least from a half to two.

    Examples
    --------
    >>> LogAxis.around([0.6, 1.1]).ticks
    (0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0)
    >>> LogAxis.around([0.6, 3.0]).ticks, LogAxis.around([0.6, 3.0]).share(1.0)
    ((0.2, 0.5, 1.0, 2.0, 5.0), 0.5)
    """

    @classmethod
    def around(
        cls, values: Iterable[float], *, label: str = "", percent: bool = False, steps: int = 5
    ) -> LogAxis:
        """Reach as far below one as above it, to the ticks that hold all values."""
        held = [value for value in values if isfinite(value) and value > 0]
        reach = max([2.0, *held, *(1 / value for value in held)])
        if reach <= 2.0:
            return cls(0.5, 2.0, _NARROW, label, percent)
        last = next((tick for tick in _WIDE if tick >= reach), _WIDE[-1])
        ticks = tuple(tick for tick in _WIDE if 1 / last <= tick * (1 + 1e-9) and tick <= last)
        return cls(1 / last, last, ticks, label, percent)

    def share(self, value: float) -> float:
        """Where a ratio lies between the ends, 0 to 1; beyond them, at the end."""
        held = min(max(value, self.low), self.high)
        return log(held / self.low) / log(self.high / self.low)
