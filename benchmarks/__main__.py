"""Run a benchmark: `python -m benchmarks [SITTINGS]` for scoring, `irt` or `risk` by name."""

from __future__ import annotations

import sys

from benchmarks import irt, risk, scoring

if __name__ == "__main__":
    if sys.argv[1:2] == ["irt"]:
        irt.main(sys.argv[2:])
    elif sys.argv[1:2] == ["risk"]:
        risk.main(sys.argv[2:])
    else:
        scoring.run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
