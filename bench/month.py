"""What a month costs at list prices, computed from units, CPU time and bytes that the other benchmarks measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local.template import Template

SHOPS = (1_000, 100_000, 10_000_000)
"""Orders a year."""
PRICES: Mapping[str, float] = {
    "million write units": 0.625,
    "million read units": 0.125,
    "GB stored in DynamoDB": 0.25,
    "GB backed up": 0.20,
    "GB-second of Lambda": 0.0000166667,
    "million Lambda requests": 0.20,
    "million HTTP API requests": 1.00,
    "million SQS requests": 0.40,
    "million schedule runs": 1.00,
    "GB of logs": 0.50,
    "alarm": 0.10,
}
"""US dollars in us-east-1, on demand, above every free tier. Entered by hand: check them before you rely on them."""
READS_PER_ORDER: Mapping[str, float] = {"GET an order": 3, "GET a list of 50": 4, "GET the counters": 4}
"""What people look at for each order. An assumption, and a generous one."""
ALERTS_PER_ORDER = 2
STORE_CALL_SECONDS = 0.005
LOG_BYTES = 700
"""One line for each request or run."""
FULL_VCPU_MB = 1769
"""Lambda gives one vCPU at this memory, and less in proportion below it."""
MONTH_SECONDS = 365 * 86_400 / 12


@dataclass(frozen=True)
class Measured:
    """What one order, one look at it and one idle run of each schedule take. Seconds are of one vCPU."""

    life_writes: float
    life_reads: float
    life_requests: int
    life_seconds: float
    life_calls: int
    look_reads: Mapping[str, float]
    look_seconds: Mapping[str, float]
    look_calls: Mapping[str, int]
    alert_writes: float
    alert_reads: float
    idle_reads: Mapping[str, float]
    idle_seconds: float
    order_bytes: float


def costs(measured: Measured, template: Template, orders_a_year: int) -> dict[str, float]:
    """US dollars of one month, by service; the shop has kept one year of orders."""
    orders = orders_a_year / 12
    (memory,) = {template.functions[route.function].memory for route in template.routes}
    runs = {each.function: MONTH_SECONDS / each.every_seconds for each in template.schedules}
    requests = orders * (measured.life_requests + sum(READS_PER_ORDER.values()))
    writes = orders * (measured.life_writes + ALERTS_PER_ORDER * measured.alert_writes)
    reads = orders * (
        measured.life_reads
        + ALERTS_PER_ORDER * measured.alert_reads
        + sum(count * measured.look_reads[name] for name, count in READS_PER_ORDER.items())
    ) + sum(runs[name] * measured.idle_reads[name] for name in runs)
    busy = orders * (
        measured.life_seconds + sum(count * measured.look_seconds[name] for name, count in READS_PER_ORDER.items())
    )
    calls = orders * (
        measured.life_calls + sum(count * measured.look_calls[name] for name, count in READS_PER_ORDER.items())
    )
    gigabyte_seconds = (busy / (memory / FULL_VCPU_MB) + calls * STORE_CALL_SECONDS) * memory / 1024
    for name, count in runs.items():
        size = template.functions[name].memory
        seconds = measured.idle_seconds / min(1.0, size / FULL_VCPU_MB)
        gigabyte_seconds += count * seconds * size / 1024
    stored = orders_a_year * measured.order_bytes / 1e9
    invocations = requests + sum(runs.values())
    return {
        "DynamoDB writes": writes / 1e6 * PRICES["million write units"],
        "DynamoDB reads": reads / 1e6 * PRICES["million read units"],
        "DynamoDB storage and backup": stored * (PRICES["GB stored in DynamoDB"] + PRICES["GB backed up"]),
        "Lambda": gigabyte_seconds * PRICES["GB-second of Lambda"]
        + invocations / 1e6 * PRICES["million Lambda requests"],
        "API Gateway": requests / 1e6 * PRICES["million HTTP API requests"],
        "SQS": 3 * orders * ALERTS_PER_ORDER / 1e6 * PRICES["million SQS requests"],
        "Scheduler": sum(runs.values()) / 1e6 * PRICES["million schedule runs"],
        "CloudWatch": invocations * LOG_BYTES / 1e9 * PRICES["GB of logs"] + alarms(template) * PRICES["alarm"],
    }


def alarms(template: Template) -> int:
    return sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in template.document["Resources"].values())


def table(measured: Measured, template: Template) -> str:
    months = {orders: costs(measured, template, orders) for orders in SHOPS}
    heads = " | ".join(f"{orders:,} orders a year" for orders in SHOPS)
    lines = [f"| US dollars a month | {heads} |", "|---" * (1 + len(SHOPS)) + "|"]
    for service in months[SHOPS[0]]:
        lines.append(f"| {service} | {' | '.join(f'{months[orders][service]:,.2f}' for orders in SHOPS)} |")
    lines.append(f"| **together** | {' | '.join(f'{sum(months[orders].values()):,.2f}' for orders in SHOPS)} |")
    per_order = " | ".join(f"{100 * sum(months[orders].values()) / (orders / 12):.3f}" for orders in SHOPS)
    lines.append(f"| cents an order | {per_order} |")
    return "\n".join(lines)
