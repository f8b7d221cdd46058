"""Run every benchmark: `make bench`, or `python -m benchmarks [SITTINGS]`."""

from __future__ import annotations

import sys

from benchmarks.scoring import run

if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
