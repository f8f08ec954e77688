"""The orders of the demo shop."""

from __future__ import annotations

from datetime import datetime

from local.demo.steps import (
    DAY,
    Body,
    DemoOrder,
    Message,
    Step,
    complete_refund,
    dispute,
    iso_time,
    notes,
    offer,
    open_dispute,
    paid,
    report_delivery,
    ship,
    step,
    sync,
    usd,
)

PRODUCTS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("1005006112043871", "USB-C to USB-C Braided Charging Cable 100W, 2 m", "6.49", {"Color": "Black"}),
    ("1005005987410226", "Mechanical Keyboard 75%, Hot-Swappable, RGB", "48.90", {"Layout": "US", "Switch": "Brown"}),
    ("1005004430915577", "Foldable Phone Stand, Aluminium", "9.99", {"Color": "Silver"}),
    ("1005006650127734", "Women's Waterproof Hiking Jacket", "36.20", {"Color": "Teal", "Size": "M"}),
    ("1005003388164092", "LED Desk Lamp with Wireless Charger", "27.35", {"Plug": "EU"}),
    ("1005005214709918", "Silicone Baking Mats, Set of 3", "11.80", {}),
    ("1005006903358410", "Bluetooth 5.3 Earbuds with Charging Case", "19.99", {"Color": "White"}),
    ("1005004076621385", "Stainless Steel Insulated Bottle 750 ml", "15.60", {"Color": "Forest"}),
)
ADDRESSES = (
    ("US", "Oregon", "Portland", "00001"),
    ("ES", "Sevilla", "Sevilla", "00002"),
    ("BR", "SP", "Campinas", "00003"),
    ("FR", "Occitanie", "Toulouse", "00004"),
    ("DE", "Sachsen", "Leipzig", "00005"),
    ("PL", "Malopolskie", "Krakow", "00006"),
    ("KR", "Gyeonggi-do", "Suwon", "00007"),
    ("NL", "Utrecht", "Utrecht", "00008"),
    ("CL", "Valparaiso", "Valparaiso", "00009"),
    ("GB", "England", "Leeds", "00010"),
)


def order_number(number: int) -> str:
    return f"8191{734_000_118_204 + number * 2_750_137:012d}"


def order_body(order_id: str, number: int, demo_order: DemoOrder, placed: datetime) -> Body:
    country, state, city, code = ADDRESSES[number % len(ADDRESSES)]
    name = f"Alex Example {number}"
    lines = [line(index, number, demo_order.quantity) for index in range(demo_order.lines)]
    return {
        "order_id": order_id,
        "placed_at": iso_time(placed),
        "buyer": {"id": f"buyer-{number % 31 + 1}", "name": name, "country": country},
        "recipient": {
            "country": country,
            "name": name,
            "state": state,
            "city": city,
            "street": f"{number} Example Street",
            "zip": code,
            "phone": f"5550{100 + number}",
        },
        "currency": "USD",
        "lines": lines,
        "shipping_fee": usd("2.99" if number % 3 else "0.00"),
        "delivery_days": demo_order.delivery_days,
        "chosen_service": "CAINIAO_STANDARD",
        **({"memo": "Please leave it with the neighbour."} if number % 7 == 0 else {}),
    }


def line(index: int, number: int, quantity: int) -> Body:
    product_id, title, price, attributes = PRODUCTS[(number + index) % len(PRODUCTS)]
    return {
        "line_id": f"{index + 1}",
        "product_id": product_id,
        "sku": f"SKU-{product_id[-5:]}",
        "title": title,
        **({"attributes": attributes} if attributes else {}),
        "quantity": quantity,
        "unit_price": usd(price),
    }


_TWICE = "The buyer has ordered twice by mistake."
_RETURN_ADDRESS = {"country": "CN", "name": "Example Shop", "city": "Yiwu", "street": "8 Example Road", "zip": "00011"}


def _disputed(opened: float, solution: str, text: str, *steps: Step) -> tuple[Step, ...]:
    """Delivered, and then disputed `opened` hours ago."""
    return (
        *paid(opened + 14.9 * DAY),
        ship(opened + 13 * DAY),
        report_delivery(opened + DAY),
        open_dispute(opened, "not_as_described", solution, text),
        *steps,
    )


def _return(opened: float, *steps: Step) -> tuple[Step, ...]:
    """A dispute whose goods come back: the shop accepts a day after it was opened."""
    text = "It is too small. I send it back."
    return _disputed(opened, "return_and_refund", text, dispute("accept", opened - DAY), *steps)


DEMO_ORDERS: tuple[DemoOrder, ...] = (
    # unpaid
    DemoOrder(0.4, messages=(Message("Hello, do you also have this in another colour?", 0.3),)),
    DemoOrder(5, notes=notes("Asked for a discount on ten pieces.", "wholesale"), quantity=10),
    DemoOrder(20 * DAY - 3),
    DemoOrder(9 * DAY, (step("remind_payment", 2 * DAY),)),
    DemoOrder(2, (step("start_payment", 1),)),
    DemoOrder(21 * DAY, (step("expire_payment", DAY),)),
    DemoOrder(4 * DAY, (step("cancel_unpaid", 3.9 * DAY),)),
    DemoOrder(50, (sync("IN_BOOK_SALE", 49),)),
    # paid, in the risk check
    DemoOrder(3, (step("pay", 2.5),)),
    DemoOrder(25, (step("pay", 22.5),)),
    DemoOrder(30, (step("pay", 29), step("hold_risk", 20)), notes=notes("The platform checks the card.", "risk")),
    DemoOrder(
        DAY * 4,
        (step("pay", 80), step("report_short_payment", 70, received=usd("5.00"))),
        notes=notes("Short", "ask"),
    ),
    DemoOrder(60, (step("pay", 59), sync("WAIT_GROUP_SUCCESS", 58))),
    DemoOrder(3 * DAY, (step("pay", 70), step("reject_risk", 60))),
    DemoOrder(12 * DAY, (step("pay", 280), step("cancel_in_risk", 275), complete_refund(200))),
    # to be shipped
    DemoOrder(8 * DAY, paid(7.9 * DAY, ship_in=2), notes=notes("Pack today.", "urgent")),
    DemoOrder(
        7 * DAY,
        paid(6.9 * DAY, ship_in=7),
        lines=2,
        messages=(
            Message("Please send both in one parcel.", 3),
            Message("Of course. We pack them together and send them today."),
        ),
    ),
    DemoOrder(6 * DAY, paid(5.9 * DAY, ship_in=20), quantity=3),
    DemoOrder(4 * DAY, paid(3.9 * DAY, ship_in=70), messages=(Message("¿Cuándo se envía mi pedido?", 20),)),
    DemoOrder(30, paid(29), lines=3),
    DemoOrder(10, paid(9)),
    DemoOrder(3 * DAY, (*paid(70, ship_in=90), step("freeze", 30, reason="The platform reviews the account."))),
    DemoOrder(4 * DAY, (*paid(90, ship_in=30), step("request_cancellation", 45, reason=_TWICE))),
    DemoOrder(2 * DAY, (*paid(40, ship_in=120), step("request_cancellation", 3, reason="Wrong size chosen."))),
    DemoOrder(
        5 * DAY,
        (*paid(110), step("request_cancellation", 60, reason=_TWICE), step("accept_cancellation", 40)),
    ),
    DemoOrder(15 * DAY, (*paid(14.9 * DAY, ship_in=-5 * DAY), step("expire_shipment", 5 * DAY))),
    # shipped in part
    DemoOrder(
        6 * DAY, (*paid(5.9 * DAY, ship_in=5), ship(40, l1=1)), lines=2, notes=notes("Line 2 tomorrow.", "split")
    ),
    DemoOrder(5 * DAY, (*paid(4.9 * DAY, ship_in=60), ship(50, l1=1), report_delivery(2)), quantity=2),
    # on the way
    DemoOrder(
        9 * DAY,
        (*paid(8.9 * DAY), ship(8 * DAY)),
        messages=(
            Message("The tracking does not move. Where is my parcel?", 5),
            Message("It left the warehouse and waits for its flight. We look again tomorrow."),
            Message("Thank you!", 0.1),
        ),
    ),
    DemoOrder(12 * DAY, (*paid(11.9 * DAY), ship(11 * DAY), report_delivery(3 * DAY))),
    DemoOrder(31 * DAY, (*paid(30.9 * DAY), ship(30 * DAY - 6)), notes=notes("Ask the carrier.", "late")),
    DemoOrder(8 * DAY, (*paid(7.9 * DAY), ship(7 * DAY, l1=1), ship(6 * DAY), report_delivery(DAY)), lines=2),
    DemoOrder(20 * DAY, (*paid(19.9 * DAY), ship(18 * DAY), open_dispute(30))),
    DemoOrder(
        22 * DAY,
        (
            *paid(21.9 * DAY),
            ship(20 * DAY),
            report_delivery(5 * DAY),
            open_dispute(110, "not_as_described", "return_and_refund", "The colour is not the one in the picture."),
        ),
        notes=notes("Answer with the packing photo.", "dispute"),
    ),
    # received, and later
    DemoOrder(
        14 * DAY, (*paid(13.9 * DAY), ship(12 * DAY), report_delivery(3 * DAY), step("confirm_receipt", 2.5 * DAY))
    ),
    DemoOrder(
        18 * DAY, (*paid(17.9 * DAY), ship(16 * DAY), report_delivery(6 * DAY), step("confirm_receipt", 5 * DAY))
    ),
    DemoOrder(
        16 * DAY,
        (
            *paid(15.9 * DAY),
            ship(14 * DAY),
            report_delivery(5 * DAY),
            step("confirm_receipt", 2 * DAY),
            open_dispute(10, "not_as_described", "refund", "One piece is scratched."),
        ),
    ),
    *(
        DemoOrder(
            age * DAY,
            (
                *paid((age - 0.1) * DAY),
                ship((age - 2) * DAY),
                report_delivery((age - 11) * DAY),
                step("confirm_receipt", (age - 12) * DAY),
                step("release_funds", (age - 15) * DAY, commission=usd("0.90")),
            ),
            lines=1 + age % 2,
        )
        for age in (16, 19, 24, 33, 47)
    ),
    DemoOrder(
        32 * DAY,
        (
            *paid(31.9 * DAY, ship_in=-26 * DAY),
            ship(29 * DAY, l1=1),
            step("expire_shipment", 26 * DAY),
            complete_refund(25 * DAY),
            report_delivery(15 * DAY),
            step("confirm_receipt", 14 * DAY),
            step("release_funds", 11 * DAY),
        ),
        lines=2,
    ),
    DemoOrder(
        28 * DAY,
        (
            *paid(27.9 * DAY),
            step("request_cancellation", 27 * DAY, reason=_TWICE),
            step("accept_cancellation", 26 * DAY),
            complete_refund(24 * DAY),
        ),
    ),
    # one dispute in each stage that the orders above do not have
    DemoOrder(
        18 * DAY,
        _disputed(
            3 * DAY, "refund", "The cable is shorter than shown.", offer("counter", 36, "2.00", "We refund a part.")
        ),
        messages=(Message("I have measured it twice.", 40),),
    ),
    DemoOrder(
        21 * DAY,
        _disputed(
            6 * DAY,
            "refund",
            "It does not charge.",
            offer("counter", 4 * DAY, "1.00", "Please try another plug."),
            dispute("escalate", DAY, reason="The buyer has tried three plugs."),
        ),
    ),
    DemoOrder(19 * DAY, _return(4 * DAY)),
    DemoOrder(20 * DAY, _return(5 * DAY, dispute("give_return_address", 3 * DAY, address=_RETURN_ADDRESS))),
    DemoOrder(
        24 * DAY,
        _return(
            9 * DAY,
            dispute("give_return_address", 7 * DAY, address=_RETURN_ADDRESS),
            dispute("buyer_returned", 2 * DAY, carrier="CORREOS", tracking_no="CP000000001ES"),
        ),
    ),
    DemoOrder(
        20 * DAY,
        _disputed(
            5 * DAY,
            "refund",
            "One of the two is broken.",
            offer("counter", 4 * DAY, "3.00", "We refund one half."),
            dispute("buyer_accept", 3 * DAY),
            complete_refund(2 * DAY),
        ),
    ),
    DemoOrder(
        20 * DAY,
        _disputed(5 * DAY, "refund", "It has not the right size.", dispute("withdraw", 4 * DAY, reason="It fits.")),
    ),
    # paid out with less than was due
    DemoOrder(
        40 * DAY,
        (
            *paid(39.9 * DAY),
            ship(38 * DAY),
            report_delivery(28 * DAY),
            step("confirm_receipt", 27 * DAY),
            step("release_funds", 24 * DAY, amount=usd("4.00")),
        ),
        notes=notes("Ask the platform for the rest.", "payout"),
    ),
)

SECOND_ORDERS: tuple[DemoOrder, ...] = (
    DemoOrder(2),
    DemoOrder(5 * DAY, paid(4.9 * DAY, ship_in=10), lines=2),
    DemoOrder(3 * DAY, paid(2.9 * DAY, ship_in=50)),
    DemoOrder(9 * DAY, (*paid(8.9 * DAY), ship(7 * DAY))),
    DemoOrder(18 * DAY, (*paid(17.9 * DAY), ship(16 * DAY), open_dispute(20))),
)
