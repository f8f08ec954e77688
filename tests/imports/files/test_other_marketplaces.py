"""Order exports of eBay and Etsy, with the headings and cells that docs/imports.md names the sources of."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from functions.imports.layouts.all_layouts import ALL_LAYOUTS
from functions.imports.layouts.layout import NotRecognised, recognise
from shared.domain.imports.model import Kind
from tests.harness import Shop
from tests.imports.importer import Importer

EBAY = """
Sales Record Number;Order Number;Buyer Username;Buyer Name;Buyer Email;Buyer Note;Buyer Address 1;Buyer Address 2
Buyer City;Buyer State;Buyer Zip;Buyer Country;Buyer Tax Identifier Name;Buyer Tax Identifier Value;Ship To Name
Ship To Phone;Ship To Address 1;Ship To Address 2;Ship To City;Ship To State;Ship To Zip;Ship To Country;Item Number
Item Title;Custom Label;Sold Via Promoted Listings;Quantity;Sold For;Shipping And Handling;Item Location;Item Zip Code
Item Country;eBay Collect And Remit Tax Rate;eBay Collect And Remit Tax Type;eBay Reference Name;eBay Reference Value
Tax Status;Seller Collected Tax;eBay Collected Tax;Electronic Waste Recycling Fee;Mattress Recycling Fee
Battery Recycling Fee;White Goods Disposal Tax;Tire Recycling Fee;Additional Fee;Lumber Fee;Prepaid Wireless Fee
Road Improvement And Food Delivery Fee;eBay Collected Charges;Total Price;eBay Collected Tax and Fees Included in Total
Payment Method;Sale Date;Paid On Date;Ship By Date;Minimum Estimated Delivery Date;Maximum Estimated Delivery Date
Shipped On Date;Feedback Left;Feedback Received;My Item Note;PayPal Transaction ID;Shipping Service;Tracking Number
Transaction ID;Variation Details;Global Shipping Program;Global Shipping Reference ID;Click And Collect
Click And Collect Reference Number;eBay Plus;Authenticity Verification Program;Authenticity Verification Status
Authenticity Verification Outcome Reason;PSA Vault Program;Vault Fulfillment Type;eBay Fulfillment Program;Tax City
Tax State;Tax Zip;Tax Country;eBay International Shipping
"""
EBAY_UK = """
Sales record number;Order number;Buyer username;Buyer name;Buyer email;Buyer note;Buyer address 1;Buyer address 2
Buyer city;Buyer county;Buyer postcode;Buyer country;Post to name;Post to phone;Post to address 1;Post to address 2
Post to city;Post to county;Post to postcode;Post to country;Item number;Item title;Custom label;Quantity;Sold for
Postage and packaging;Total price;Sale date;Paid on date;Post by date;Dispatched on date;Delivery service
Tracking number;Variation details
"""
ETSY = """
Sale Date;Item Name;Buyer;Quantity;Price;Coupon Code;Coupon Details;Discount Amount;Shipping Discount;Order Shipping
Order Sales Tax;Item Total;Currency;Transaction ID;Listing ID;Date Paid;Date Shipped;Ship Name;Ship Address1
Ship Address2;Ship City;Ship State;Ship Zipcode;Ship Country;Order ID;Variations;Order Type;Listings Type;Payment Type
InPerson Discount;InPerson Location;VAT Paid by Buyer;SKU
"""
ETSY_UK = ETSY.replace("Shipping", "Delivery").replace("Ship ", "Delivery ").replace("Shipped", "Posted")
ETSY_ORDERS = """
Sale Date;Order ID;Buyer User ID;Full Name;First Name;Last Name;Number of Items;Payment Method;Date Shipped;Street 1
Street 2;Ship City;Ship State;Ship Zipcode;Ship Country;Currency;Order Value;Coupon Code;Coupon Details
Discount Amount;Shipping Discount;Shipping;Sales Tax;Order Total;Status;Card Processing Fees;Order Net
Adjusted Order Total;Adjusted Card Processing Fees;Adjusted Net Order Amount;Buyer;Order Type;Payment Type
InPerson Discount;InPerson Location;SKU
"""
ADDRESS = {
    "Ship To Name": "Test Buyer", "Ship To Phone": "5550100", "Ship To Address 1": "1 Example Street",
    "Ship To Address 2": "Unit 2", "Ship To City": "Springfield", "Ship To State": "IL", "Ship To Zip": "62701",
    "Ship To Country": "United States",
}  # fmt: skip
ITEM = {"Quantity": "1", "Sold For": "$25.00", "Sale Date": "Sep-27-26", "Paid On Date": "Sep-27-26"}


def headings(text: str) -> list[str]:
    return text.strip().replace("\n", ";").split(";")


def file(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[list[str]]:
    assert all(row.keys() <= set(names) for row in rows)
    return [list(names), *([row.get(name, "") for name in names] for row in rows)]


def text(rows: Sequence[Sequence[str]]) -> bytes:
    content = io.StringIO()
    csv.writer(content).writerows(rows)
    return content.getvalue().encode()


def report(rows: Sequence[Mapping[str, str]], names: str = EBAY) -> bytes:
    """As eBay writes it: a row of commas, the headings, an empty row, the orders, and two rows below them."""
    heading, *cells = file(headings(names), rows)
    empty = [""] * len(heading)
    below = [[], [str(len(rows)), "record(s) downloaded", " from Sep-01-26 to Sep-30-26"], ["Seller ID : test-seller"]]
    return text([empty, heading, empty, *cells, *below])


def load(importer: Importer, shop: Shop, content: bytes, **body: Any) -> dict[str, Any]:
    job = importer.load(shop.staff, content, kind="orders", file_name="orders.csv", **body)
    assert job["state"] == "succeeded", job
    return job


def money(order: Mapping[str, Any], *names: str) -> list[str]:
    return [f"{order['amounts'][name]['amount']} {order['amounts'][name]['currency']}" for name in names]


@pytest.fixture
def shop(importer: Importer) -> Shop:
    return importer.api.shop(time_zone="America/Los_Angeles", deadline_policy={"mode": "watch"})


def test_one_number_in_two_cases_is_one_parcel(importer: Importer, shop: Shop) -> None:
    rows = [
        {
            "Order Number": "18-15123-90442", "Buyer Username": "test_buyer", "Item Number": f"40719726927{number}",
            "Item Title": "Watch", "Transaction ID": f"1000{number}", "Shipping And Handling": "$0.00",
            "Total Price": "$50.00", "Tracking Number": spelling, "Shipped On Date": "Sep-28-26", **ITEM, **ADDRESS,
        }
        for number, spelling in enumerate(("LX000000077CN", "lx000000077cn"), 1)
    ]  # fmt: skip
    job = load(importer, shop, report(rows))
    assert job["counts"]["failed"] == 0, importer.rows(shop.staff, job)
    (parcel,) = shop.staff.get("/v1/orders/18-15123-90442").json["parcels"]
    assert parcel["tracking_no"] == "LX000000077CN"


def test_a_report_of_ebay_is_read_without_the_rows_around_its_orders(importer: Importer, shop: Shop) -> None:
    one = {
        "Order Number": "18-15123-90441", "Buyer Username": "test_buyer", "Item Number": "407197269275",
        "Item Title": "Watch", "Custom Label": "W-1", "Transaction ID": "10001", "Shipping And Handling": "$4.50",
        "Total Price": "$54.50", "Tracking Number": "9434608106245552015301", "Shipped On Date": "Sep-28-26",
        "Shipping Service": "USPS Ground Advantage",
    }  # fmt: skip
    later = {
        "Order Number": "18-15123-90442",
        "Item Title": "Case",
        "Sale Date": "Sep-30-26 23:45:00",
        "Ship By Date": "Oct-03-26",
    }
    job = load(importer, shop, report([ADDRESS | ITEM | one | {"Quantity": "2"}, ADDRESS | ITEM | later]))
    assert (job["layout"], job["counts"]["created"], job["counts"]["failed"]) == ("ebay", 2, 0)
    assert job["warnings"] == []
    order = shop.staff.get("/v1/orders/18-15123-90441").json
    assert (order["status"], order["buyer"]["id"]) == ("WAIT_BUYER_ACCEPT_GOODS", "test_buyer")
    assert (order["placed_at"], order["parcels"][0]["tracking_no"]) == ("2026-09-27T07:00:00Z", one["Tracking Number"])
    assert money(order, "lines", "shipping", "total") == ["50.00 USD", "4.50 USD", "54.50 USD"]
    order = shop.staff.get("/v1/orders/18-15123-90442").json
    assert (order["status"], order["placed_at"]) == ("WAIT_SELLER_SEND_GOODS", "2026-10-01T06:45:00Z")
    assert [timer["due_at"] for timer in order["deadlines"]] == ["2026-10-04T06:59:59Z"], "the end of that day"
    assert (order["recipient"]["city"], order["recipient"]["state"]) == ("Springfield", "IL")


def test_the_summary_of_an_order_of_ebay_with_several_items_is_no_item(importer: Importer, shop: Shop) -> None:
    """The first row has the buyer and the sums of the order; the items below have neither."""
    number = {"Order Number": "18-15123-90443"}
    summary = ADDRESS | number | ITEM | {"Quantity": "3", "Sold For": "$75.00", "Shipping And Handling": "$9.00"}
    items = [
        number | {"Item Title": title, "Quantity": count, "Sold For": "$25.00", "Transaction ID": title}
        for title, count in (("Watch", "1"), ("Case", "2"))
    ]
    job = load(importer, shop, report([summary, *items]))
    assert (job["counts"]["created"], job["counts"]["failed"]) == (3, 0)
    order = shop.staff.get("/v1/orders/18-15123-90443").json
    assert [(line["title"], line["quantity"]) for line in order["lines"]] == [("Watch", 1), ("Case", 2)]
    assert money(order, "lines", "shipping", "total") == ["75.00 USD", "9.00 USD", "84.00 USD"]


def test_a_british_report_of_ebay_is_read_in_a_store_of_its_currency(importer: Importer, shop: Shop) -> None:
    row = {
        "Order number": "04-15250-08826", "Post to name": "Test Buyer", "Post to address 1": "1 Example Street",
        "Post to city": "York", "Post to county": "North Yorkshire", "Post to postcode": "YO1 7HH",
        "Post to country": "United Kingdom", "Item title": "Case", "Quantity": "1", "Sold for": "£12.34",
        "Postage and packaging": "£3.00", "Sale date": "27-Sep-26", "Paid on date": "27-Sep-26",
        "Dispatched on date": "28-Sep-26",
    }  # fmt: skip
    british = importer.api.shop(currency="GBP", deadline_policy={"mode": "watch"})
    assert load(importer, british, report([row], EBAY_UK))["counts"]["created"] == 1
    order = british.staff.get("/v1/orders/04-15250-08826").json
    assert (order["status"], order["recipient"]["state"]) == ("WAIT_BUYER_ACCEPT_GOODS", "North Yorkshire")
    assert money(order, "lines", "shipping") == ["12.34 GBP", "3.00 GBP"]

    job = load(importer, shop, report([row], EBAY_UK))
    (failed,) = importer.rows(shop.staff, job, state="failed")
    assert (failed["code"], failed["column"]) == ("currency_differs", "Sold for")


@pytest.mark.parametrize("names", [ETSY, ETSY_UK], ids=["american", "british"])
def test_the_items_of_etsy_are_orders(importer: Importer, shop: Shop, names: str) -> None:
    shared = {
        "Sale Date": "04/17/26", "Buyer": "Test Buyer (abc)", "Order Shipping": "8", "Order Sales Tax": "1.25",
        "Currency": "USD", "Date Paid": "04/17/2026", "Date Shipped": "04/20/2026", "Ship Name": "Test Buyer",
        "Ship Address1": "1 Example Street", "Ship City": "Springfield", "Ship State": "AR", "Ship Zipcode": "72761",
        "Ship Country": "United States", "Order ID": "4035389345", "Order Type": "online",
    }  # fmt: skip
    holder = {"Item Name": "Holder", "Quantity": "1", "Price": "29.99", "Discount Amount": "3.00"}
    holder |= {"Transaction ID": "5031352290", "Listing ID": "4347", "Variations": "Color:Black,Packaging:Gift box"}
    mug = {"Item Name": "Mug", "Quantity": "2", "Price": "10.00", "Discount Amount": "0.00", "SKU": "mug 1"}
    mug |= {"Transaction ID": "5031352291", "Listing ID": "4348"}
    rows = file(headings(ETSY), [shared | holder, shared | mug])
    job = load(importer, shop, text([headings(names), *rows[1:]]))
    assert (job["layout"], job["counts"]["created"], job["counts"]["failed"]) == ("etsy", 2, 0)
    assert job["warnings"] == []
    order = shop.staff.get("/v1/orders/4035389345").json
    assert money(order, "lines", "shipping", "tax", "discount") == ["49.99 USD", "8.00 USD", "1.25 USD", "3.00 USD"]
    assert order["lines"][0]["attributes"] == {"Color": "Black", "Packaging": "Gift box"}
    assert (order["status"], order["placed_at"]) == ("WAIT_BUYER_ACCEPT_GOODS", "2026-04-17T07:00:00Z")
    assert (order["shipped_at"], order["recipient"]["state"]) == ("2026-04-20T07:00:00Z", "AR")


def test_the_file_of_etsy_that_has_no_items_is_refused_with_the_columns_it_lacks(
    importer: Importer, shop: Shop
) -> None:
    row = {"Sale Date": "04/17/26", "Order ID": "4035389345", "Number of Items": "1", "Currency": "USD"}
    job = importer.load(shop.staff, text(file(headings(ETSY_ORDERS), [row])), kind="orders", file_name="orders.csv")
    assert (job["state"], job["failed"]["code"]) == ("failed", "columns_not_recognised")
    assert "Item Name" in str(job["failed"])


@pytest.mark.parametrize(("currency", "price", "shipping"), [("JPY", "3800", "800"), ("KWD", "38.001", "0.500")])
def test_amounts_are_in_the_currency_of_their_order_and_not_of_the_store(
    importer: Importer, shop: Shop, currency: str, price: str, shipping: str
) -> None:
    """Yen have no digits behind the point, dinars three. The second row of an order names no currency."""
    names = "Name;Financial Status;Created at;Currency;Shipping;Total;Lineitem quantity;Lineitem name;Lineitem price"
    first = {
        "Name": "#1001", "Financial Status": "paid", "Created at": "2026-11-01 08:00:00 +0000", "Currency": currency,
        "Shipping": shipping, "Total": "0", "Lineitem quantity": "1", "Lineitem name": "Mug", "Lineitem price": price,
        "Shipping Country": "US",
    }  # fmt: skip
    second = {name: first[name] for name in ("Name", "Lineitem quantity", "Lineitem price")} | {"Lineitem name": "Cup"}
    dollars = first | {"Name": "#1002", "Currency": "USD", "Lineitem price": "10.50", "Shipping": "1.00"}
    unnamed = dollars | {"Name": "#1003", "Currency": ""}
    rows = file(headings(names + ";Shipping Country"), [first, second, dollars, unnamed])
    job = load(importer, shop, text(rows))
    assert importer.rows(shop.staff, job, state="failed") == []
    found = shop.staff.get("/v1/orders/1001").json
    assert [line["unit_price"] for line in found["lines"]] == [{"amount": price, "currency": currency}] * 2
    assert money(found, "shipping") == [f"{shipping} {currency}"]
    for number in ("1002", "1003"):
        assert money(shop.staff.get(f"/v1/orders/{number}").json, "lines", "shipping") == ["10.50 USD", "1.00 USD"]


@pytest.mark.parametrize(
    ("source", "layout", "missing"),
    [
        ("amazon_order_report_new_orders_tsv", "amazon", None),
        ("amazon_unshipped_orders_tsv", "amazon", "item-price"),
        ("shopify_orders_export_csv", "shopify", None),
        ("etsy_sold_order_items_csv", "etsy", None),
        ("ebay_orders_report_csv", "ebay", None),
    ],
)
def test_the_headings_that_public_programs_list_are_recognised(
    shared_data: Path, source: str, layout: str, missing: str | None
) -> None:
    """Those without prices are refused as a whole, and not row by row."""
    listed = json.loads((shared_data / "other_marketplaces" / "headers.json").read_text("utf-8"))[source]["columns"]
    if missing:
        with pytest.raises(NotRecognised, match=layout) as refused:
            recognise(listed, ALL_LAYOUTS[Kind.ORDERS])
        assert [name for name, _ in refused.value.missing] == [missing]
    else:
        found = recognise(listed, ALL_LAYOUTS[Kind.ORDERS])
        assert (found.layout.name, len(found.headings)) == (layout, len(listed))
