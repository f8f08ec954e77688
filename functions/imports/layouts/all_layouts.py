"""Every layout that an import of a kind may have."""

from __future__ import annotations

from collections.abc import Mapping

from functions.imports.layouts.aliexpress import SELLER_CENTRE
from functions.imports.layouts.layout import Layout
from functions.imports.layouts.orderkeep import OWN_LINES, OWN_ORDERS
from functions.imports.layouts.other_marketplaces import AMAZON, EBAY, ETSY, SHOPIFY
from functions.imports.layouts.tracking import TRACKING
from shared.domain.imports.model import Kind

ALL_LAYOUTS: Mapping[Kind, tuple[Layout, ...]] = {
    Kind.ORDERS: (OWN_ORDERS, OWN_LINES, SELLER_CENTRE, AMAZON, SHOPIFY, EBAY, ETSY),
    Kind.TRACKING: (TRACKING,),
}
