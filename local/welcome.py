"""The text that the run prints after its start, with commands to paste into another terminal."""

from __future__ import annotations

from pathlib import Path

from local.engines import VARIABLES, Engines
from local.template import PROJECT

DEMO_STORE = "demo"
SECOND_STORE = "second"
"""The store of the small second shop."""

_ORDER = """{
    "order_id": "8190000000000001", "placed_at": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", "currency": "USD",
    "buyer": {"id": "buyer-1", "name": "Alex Example", "country": "ES"},
    "recipient": {"country": "ES", "name": "Alex Example", "city": "Sevilla", "street": "1 Example Street"},
    "lines": [{"line_id": "1", "product_id": "1005001", "title": "Lamp", "quantity": 2,
               "unit_price": {"amount": "14.99", "currency": "USD"}}],
    "shipping_fee": {"amount": "0.00", "currency": "USD"}}"""


def print_welcome(url: str, data_dir: Path, engines: Engines) -> None:
    option = "" if data_dir == PROJECT / "data" else f" DATA_DIR='{data_dir}'"

    def token(role: str) -> str:
        return f"$(make -s token ROLE={role} STORE={DEMO_STORE}{option})"

    print(
        f"""
Orderkeep serves {url}   (Ctrl-C stops it; data and logs are kept in {data_dir})
The console in a browser: {url}/   (sign in with one click; a first start builds it, see below)
DynamoDB {engines.dynamodb}   S3 and SQS {engines.services}   their key: {data_dir / VARIABLES}

Paste into another terminal, in the project's folder:

  PLATFORM={token("platform")}
  OWNER={token("owner")}

  curl -s {url}/v1/health
  curl -s -H "Authorization: Bearer $OWNER" {url}/v1/me
  curl -s -H "Authorization: Bearer $PLATFORM" -H 'Content-Type: application/json' \\
       {url}/v1/orders -d '{_ORDER}'
  curl -s -H "Authorization: Bearer $PLATFORM" -H 'Content-Type: application/json' \\
       {url}/v1/orders/8190000000000001/actions/pay -d '{{}}'
  curl -s -H "Authorization: Bearer $OWNER" {url}/v1/orders/counters
  curl -s -H "Authorization: Bearer $OWNER" '{url}/v1/orders?limit=5'
  curl -s -H "Authorization: Bearer $OWNER" -H 'Content-Type: application/json' \\
       {url}/v1/exports -d '{{"format": "xls"}}'
  curl -s -H "Authorization: Bearer $OWNER" -H 'Content-Type: application/json' \\
       {url}/v1/alert-channels -d '{{"kind": "email", "name": "me", "address": "me@shop.example"}}'
  {url}/inbox shows what was emailed: first the code that confirms the address
  make export STORE={DEMO_STORE} FORMAT=xls{option}{"" if url.endswith(":3000") else f" PORT={url.rpartition(':')[2]}"}
""",
        flush=True,
    )
