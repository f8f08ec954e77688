"""The clock over a whole month: `python -m bench.clock 100000` plays 50 stores, so many orders and 30 days twice, once
with every sweep and reminder run on time, once with hostile ones, and says whether the two came to the same and to what
the oracles expect (tests/clock).

No run is jumped over here: each of the 43,200 minutes has its sweep. The two are played side by side, in two processes.
"""

from __future__ import annotations

import gc
import json
import sys

from tests.harness import environment

SEED = 5


def main() -> int:
    gc.set_threshold(100_000, 50, 1_000)  # a million items that stay are not looked at again and again
    with environment("http://127.0.0.1:1", "memory"):
        from tests.clock.compare import compare

        orders = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
        told = compare(SEED, orders, apart=True, progress=lambda day: print(day, file=sys.stderr, flush=True))
    print(json.dumps(told.counts, indent=1, default=str))
    print(f"{len(told.wrong)} wrong", *told.wrong[:20], sep="\n")
    return bool(told.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
