"""Counting never gets into a request's way, and no line for debugging has a buyer's data."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from tests.harness import Api, new_order


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


def test_powertools_spells_out_no_order_for_its_debug_log(in_process: Api, caplog: pytest.LogCaptureFixture) -> None:
    """It writes the arguments of each route, which are the request with its order, and the body."""
    shop, body = in_process.shop(), new_order()
    with caplog.at_level(logging.DEBUG, "aws_lambda_powertools.event_handler.api_gateway"):
        assert shop.platform.post("/v1/orders", body).status == 201
        assert shop.staff.get(f"/v1/orders/{body['order_id']}").status == 200
    lines = [each.getMessage() for each in caplog.records if each.name.startswith("aws_lambda_powertools")]
    assert sum("Calling API Route Handler" in line and "Call(" in line for line in lines) == 2
    private = ("Alex Example", "1 Example Street", "5550100", "buyer-1")
    assert [line for line in lines for text in private if text in line] == []
