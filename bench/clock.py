"""The clock over a whole month: `python -m bench.clock 100000` plays 50 stores, so many orders and 30 days twice, once
with every sweep on time, once with hostile ones, and says whether the two came to the same (tests/clock).

No run is jumped over here: each of the 43,200 minutes has its sweep.
"""

from __future__ import annotations

import json
import sys

from tests.harness import environment

SEED = 5


def main() -> int:
    with environment("http://127.0.0.1:1", "memory"):
        from tests.clock.compare import compare

        orders = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
        told = compare(SEED, orders, progress=lambda day: print(day, file=sys.stderr, flush=True))
    print(json.dumps(told.counts, indent=1, default=str))
    print(f"{len(told.wrong)} wrong", *told.wrong[:20], sep="\n")
    return bool(told.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
