"""Counting never gets into a request's way."""

from __future__ import annotations

import subprocess
import sys


def test_metrics_can_be_counted_whatever_the_environment_says() -> None:
    """Powertools flushes at a hundred values, wherever that happens, and raises without a namespace."""
    script = (
        "from shared.telemetry import metrics\n"
        "for _ in range(250): metrics.add_metric('IdempotentReplays', 'Count', 1)\n"
    )
    environment = {"POWERTOOLS_METRICS_DISABLED": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"Namespace": "Orderkeep"' in done.stdout
