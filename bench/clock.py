"""A simulated month: `python -m bench.clock 100000` runs 50 stores with so many orders over 30 days, twice: once with
every sweep and reminder run on time, and once with late, lost and repeated runs. It compares the two results with each
other and with the expected ones (tests/clock).

No run is left out: each of the 43,200 minutes has its sweep. The two months run in parallel, in two processes.
"""

from __future__ import annotations

import gc
import json
import sys

from tests.harness import environment

SEED = 5


def main() -> int:
    gc.set_threshold(100_000, 50, 1_000)  # so that a million live objects are not traversed again and again
    with environment("http://127.0.0.1:1", "memory"):
        from tests.clock.compare import compare

        orders = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
        result = compare(SEED, orders, apart=True, progress=lambda day: print(day, file=sys.stderr, flush=True))
    print(json.dumps(result.counts, indent=1, default=str))
    print(f"{len(result.wrong)} wrong", *result.wrong[:20], sep="\n")
    return bool(result.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
