"""The order exports of Amazon, Shopify, eBay and Etsy: one row a line; an order's own fields may stand on its first row
alone. docs/imports.md says where the headings are from."""

from __future__ import annotations

from functions.imports.layouts.cells import day_end
from functions.imports.layouts.layout import Layout
from functions.imports.layouts.products import attributes_by_comma

AMAZON = Layout(
    "amazon",
    {
        "order_id": ("order-id",),
        "line_id": ("order-item-id",),
        "placed_at": ("purchase-date",),
        "paid_at": ("payments-date",),
        "buyer_email": ("buyer-email",),
        "buyer": ("buyer-name",),
        "sku": ("sku",),
        "title": ("product-name",),
        "quantity": ("quantity-purchased",),
        "shipped": ("quantity-shipped",),
        "currency": ("currency",),
        "line_amount": ("item-price",),
        "line_tax": ("item-tax",),
        "line_shipping": ("shipping-price",),
        "line_shipping_tax": ("shipping-tax",),
        "line_discount": ("item-promotion-discount",),
        "line_shipping_discount": ("ship-promotion-discount",),
        "chosen_service": ("ship-service-level",),
        "ship_by": ("promise-date",),
        "recipient_name": ("recipient-name",),
        "street": ("ship-address-1",),
        "street_2": ("ship-address-2",),
        "street_3": ("ship-address-3",),
        "city": ("ship-city",),
        "state": ("ship-state",),
        "zip": ("ship-postal-code",),
        "country": ("ship-country",),
        "phone": ("ship-phone-number", "buyer-phone-number"),
        "memo": ("delivery-Instructions",),
    },
    required=frozenset({"order_id", "line_id", "placed_at", "sku", "quantity", "line_amount"}),
    by_line=True,
)
SHOPIFY = Layout(
    "shopify",
    {
        "order_id": ("Name",),
        "buyer_email": ("Email",),
        "payment": ("Financial Status",),
        "paid_at": ("Paid at",),
        "shipment": ("Fulfillment Status",),
        "shipped_at": ("Fulfilled at",),
        "cancelled_at": ("Cancelled at",),
        "placed_at": ("Created at",),
        "currency": ("Currency",),
        "lines_amount": ("Subtotal",),
        "shipping": ("Shipping",),
        "tax": ("Taxes",),
        "total": ("Total",),
        "discount": ("Discount Amount",),
        "refunded": ("Refunded Amount",),
        "chosen_service": ("Shipping Method",),
        "quantity": ("Lineitem quantity",),
        "title": ("Lineitem name",),
        "unit_price": ("Lineitem price",),
        "sku": ("Lineitem sku",),
        "buyer": ("Billing Name",),
        "recipient_name": ("Shipping Name",),
        "street": ("Shipping Address1", "Shipping Street"),
        "street_2": ("Shipping Address2",),
        "city": ("Shipping City",),
        "zip": ("Shipping Zip",),
        "state": ("Shipping Province",),
        "country": ("Shipping Country",),
        "phone": ("Shipping Phone", "Phone"),
        "memo": ("Notes",),
        "tags": ("Tags",),
    },
    required=frozenset({"order_id", "placed_at", "currency", "total", "quantity", "title", "unit_price"}),
    by_line=True,
)
_EBAY_IGNORED = (
    "Sales Record Number; Buyer Address 1; Buyer Address 2; Buyer City; Buyer State; Buyer County; Buyer Zip; "
    "Buyer Postcode; Buyer Country; Buyer Tax Identifier Name; Buyer Tax Identifier Value; Sold Via Promoted Listings; "
    "Item Location; Item Zip Code; Item Postcode; Item Country; eBay Collect And Remit Tax Rate; "
    "eBay Collect And Remit Tax Type; eBay Reference Name; eBay Reference Value; Tax Status; eBay Collected Tax; "
    "Electronic Waste Recycling Fee; Mattress Recycling Fee; Battery Recycling Fee; White Goods Disposal Tax; "
    "Tire Recycling Fee; Additional Fee; Lumber Fee; Prepaid Wireless Fee; Road Improvement And Food Delivery Fee; "
    "eBay Collected Charges; eBay Collected Tax Included in Total; eBay Collected Tax and Fees Included in Total; "
    "Payment Method; Commitment Date; Minimum Estimated Delivery Date; Maximum Estimated Delivery Date; Feedback Left; "
    "Feedback Received; My Item Note; PayPal Transaction ID; Global Shipping Program; Global Shipping Reference ID; "
    "Click And Collect; Click And Collect Reference Number; eBay Plus; Authenticity Verification Program; "
    "Authenticity Verification Status; Authenticity Verification Outcome Reason; PSA Vault Program; "
    "eBay Vault Program; Vault Fulfillment Type; eBay Fulfillment Program; Tax City; Tax State; Tax Zip; Tax Country; "
    "eBay International Shipping"
)
EBAY = Layout(
    "ebay",
    {
        "order_id": ("Order Number",),
        "line_id": ("Transaction ID",),
        "buyer_id": ("Buyer Username",),
        "buyer": ("Buyer Name",),
        "buyer_email": ("Buyer Email",),
        "memo": ("Buyer Note",),
        "recipient_name": ("Ship To Name", "Post to name"),
        "phone": ("Ship To Phone", "Post to phone"),
        "street": ("Ship To Address 1", "Post to address 1"),
        "street_2": ("Ship To Address 2", "Post to address 2"),
        "city": ("Ship To City", "Post to city"),
        "state": ("Ship To State", "Post to county"),
        "zip": ("Ship To Zip", "Post to postcode"),
        "country": ("Ship To Country", "Post to country"),
        "product_id": ("Item Number",),
        "title": ("Item Title",),
        "sku": ("Custom Label",),
        "attributes": ("Variation Details",),
        "quantity": ("Quantity",),
        "unit_price": ("Sold For",),
        "shipping": ("Shipping And Handling", "Postage and packaging"),
        "tax": ("Seller Collected Tax",),
        "total": ("Total Price",),
        "placed_at": ("Sale Date",),
        "paid_at": ("Paid On Date",),
        "ship_by": ("Ship By Date", "Post by date"),
        "shipped_at": ("Shipped On Date", "Dispatched on date", "Posted on date"),
        "chosen_service": ("Shipping Service", "Delivery service"),
        "tracking_no": ("Tracking Number",),
    },
    required=frozenset({"order_id", "title", "quantity", "unit_price", "placed_at"}),
    by_line=True,
    formats=("%b-%d-%y", "%d-%b-%y", "%b-%d-%y %H:%M:%S", "%d-%b-%y %H:%M:%S"),
    grammars={"ship_by": day_end},
    line="title",
    footers=("record(s) downloaded", "seller id"),
    ignored=tuple(_EBAY_IGNORED.split("; ")),
)
_ETSY_IGNORED = (
    "Coupon Code; Coupon Details; Item Total; Order Type; Listings Type; Payment Type; InPerson Discount; "
    "InPerson Location; VAT Paid by Buyer"
)
ETSY = Layout(
    "etsy",
    {
        "order_id": ("Order ID",),
        "line_id": ("Transaction ID",),
        "product_id": ("Listing ID",),
        "placed_at": ("Sale Date",),
        "title": ("Item Name",),
        "buyer": ("Buyer",),
        "quantity": ("Quantity",),
        "unit_price": ("Price",),
        "line_discount": ("Discount Amount",),
        "line_shipping_discount": ("Shipping Discount", "Delivery Discount"),
        "shipping": ("Order Shipping", "Order Delivery"),
        "tax": ("Order Sales Tax",),
        "currency": ("Currency",),
        "paid_at": ("Date Paid",),
        "shipped_at": ("Date Shipped", "Date Posted"),
        "recipient_name": ("Ship Name", "Delivery Name"),
        "street": ("Ship Address1", "Delivery Address1"),
        "street_2": ("Ship Address2", "Delivery Address2"),
        "city": ("Ship City", "Delivery City"),
        "state": ("Ship State", "Delivery State"),
        "zip": ("Ship Zipcode", "Delivery Zipcode"),
        "country": ("Ship Country", "Delivery Country"),
        "attributes": ("Variations",),
        "sku": ("SKU",),
    },
    required=frozenset({"order_id", "line_id", "title", "quantity", "unit_price", "currency", "placed_at"}),
    by_line=True,
    formats=("%m/%d/%y", "%m/%d/%Y"),
    grammars={"attributes": attributes_by_comma},
    ignored=tuple(_ETSY_IGNORED.split("; ")),
)
