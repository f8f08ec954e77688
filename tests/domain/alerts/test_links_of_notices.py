"""Where the link of an alert leads: to its order in the console, in its store."""

from datetime import UTC, datetime

import pytest

from shared.domain.alerts import notices
from shared.domain.alerts.model import Alert
from shared.domain.stores import Store

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def alert(order_id: str | None) -> Alert:
    return Alert("lamps", "alr_1", "new_order", "info", NOW, order_id)


@pytest.mark.parametrize("address", ["https://console.example", "https://console.example/"])
def test_one_alert_leads_to_its_order(address: str) -> None:
    notice = notices.of_alerts(Store("lamps"), [alert("8190")], "en", address)
    assert notice.link == "https://console.example/stores/lamps/orders?order=8190"


@pytest.mark.parametrize("order_ids", [[None], ["8190", "8191"]])
def test_other_alerts_lead_to_the_page_of_alerts(order_ids: list[str | None]) -> None:
    notice = notices.of_alerts(Store("lamps"), [alert(each) for each in order_ids], "en", "https://console.example")
    assert notice.link == "https://console.example/stores/lamps/alerts"


def test_without_a_console_there_is_no_link() -> None:
    assert notices.of_alerts(Store("lamps"), [alert("8190")], "en", "").link is None
