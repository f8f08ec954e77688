"""A shop in which every list has two entries or more."""

from __future__ import annotations

from tests.harness import Shop, ago, parcel, usd

CLAIM = {"kind": "not_received", "claim": usd("5.50"), "solution": "refund", "text": "One is missing."}


def fill(shop: Shop) -> None:
    """Orders that are placed, shipped in part, disputed and late, with messages, templates, channels and deliveries."""
    for number in range(2):
        buyer = {"id": f"buyer-{number}", "country": "US"}
        order_id = shop.platform.place(placed_at=ago(hours=3), buyer=buyer)["order_id"]
        shop.platform.place(placed_at=ago(hours=2), buyer=buyer)
        one = f"/v1/orders/{order_id}"
        for client, path, body in (
            (shop.staff, f"{one}/actions/remind_payment", {}),
            (shop.platform, f"{one}/actions/pay", {}),
            (shop.platform, f"{one}/actions/pass_risk", {}),
            (shop.staff, f"{one}/actions/ship", {"parcels": [parcel(f"LX{number}", line1=1)]}),
            (shop.staff, f"{one}/actions/ship", {"parcels": [parcel(f"LY{number}", line1=1)]}),
            (shop.platform, f"{one}/actions/open_dispute", CLAIM),
            (shop.platform, f"{one}/actions/expire_shipment", {}),
            (shop.platform, f"{one}/messages", {"text": "Where is it?", "from": "buyer"}),
            (shop.staff, f"{one}/messages", {"text": "It left today."}),
            (shop.staff, "/v1/message-templates", {"name": f"t{number}", "text": "Hi."}),
            (shop.staff, "/v1/imports", {"kind": "tracking", "file_name": "parcels.xlsx"}),
            (shop.owner, "/v1/alert-channels", {"kind": "webhook", "name": "h", "url": "https://hooks.example.com/x"}),
        ):
            answer = client.post(path, body)
            assert answer.status in (200, 201), (path, answer.content)
        assert shop.staff.get(f"{one}?reveal=recipient").status == 200
        assert shop.staff.get(f"{one}?reveal=recipient").status == 200
    price = {"amount": "1.00", "currency": "EUR"}
    euros = [{"line_id": "1", "product_id": "P1", "quantity": 1, "unit_price": price}]
    shop.platform.place(currency="EUR", lines=euros, shipping_fee=price)
    channel_id = shop.owner.get("/v1/alert-channels").json["data"][0]["id"]
    for _ in range(2):
        assert shop.owner.post(f"/v1/alert-channels/{channel_id}/test", {}).status == 202
