"""Settings: the store, its deadlines and its templates are set by who may, and read by the others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.say import Say, main_job
from tests.harness import Shop

SPRING_FESTIVAL = [f"2027-02-{day:02}" for day in range(5, 12)]


@main_job("settings")
def test_the_owner_sets_name_holidays_and_fees(console: Console, shop: Shop, say: Say) -> None:
    page = console.open(shop, "settings", language=say.language)
    page.get_by_label(say("Store name")).fill("Lantern shop")
    page.get_by_label(say("From"), exact=True).fill(SPRING_FESTIVAL[0])
    page.get_by_label(say("Until"), exact=True).fill(SPRING_FESTIVAL[-1])
    page.get_by_role("button", name=say("Add"), exact=True).click()
    page.get_by_label(say("Commission, %")).fill("7.5")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    expect(page.get_by_text(say("Saved"), exact=True)).to_be_visible()
    store: dict[str, Any] = shop.viewer.get("/v1/store").json
    assert (store["name"], store["holidays"]) == ("Lantern shop", SPRING_FESTIVAL)
    assert store["fee_rates"]["commission"] == "0.075"
    expect(page.locator("header")).to_contain_text("Lantern shop")


@main_job("settings")
def test_a_deadline_is_set_in_hours_and_the_clock_to_watch(console: Console, shop: Shop, say: Say) -> None:
    page = console.open(shop, "settings", language=say.language, show="deadlines")
    answering = say("answering the cancellation")
    page.get_by_label(say("Unit of: {name}", name=answering)).select_option("hours")
    page.get_by_label(answering, exact=True).fill("36")
    mode = page.get_by_label(say("When a timer lapses"), exact=True)
    enforced = mode.get_attribute("aria-describedby")
    hint = page.locator(f"[id='{enforced}']").inner_text()
    mode.select_option("watch")
    expect(page.locator(f"[id='{enforced}']")).not_to_have_text(hint)
    page.get_by_role("button", name=say("Save")).click()
    expect(page.get_by_text(say("Saved"), exact=True)).to_be_visible()
    policy = shop.viewer.get("/v1/store").json["deadline_policy"]
    assert (policy["mode"], policy["cancellation"], policy["payment"]) == ("watch", "PT36H", "P20D")


def test_a_refused_setting_keeps_what_was_typed_and_names_the_field(console: Console, shop: Shop) -> None:
    page = console.open(shop, "settings")
    console.expect_refusals(page, 400, 422)
    page.get_by_label("Commission, %").fill("120")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.reload()
    expect(page.get_by_label("Commission, %")).to_have_value("120")
    assert shop.viewer.get("/v1/store").json["fee_rates"]["commission"] == "0.05"


def test_of_two_owners_each_saves_what_they_typed(console: Console, shop: Shop) -> None:
    first, second = console.open(shop, "settings"), console.open(shop, "settings")
    first.get_by_label("Commission, %").fill("7.5")
    second.get_by_label("Store name").fill("Lantern shop")
    for page in (first, second):
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(second.get_by_label("Commission, %")).to_have_value("7.5")
    store = shop.viewer.get("/v1/store").json
    assert (store["name"], store["fee_rates"]) == ("Lantern shop", {"commission": "0.075", "affiliate": "0"})


@pytest.mark.parametrize(("choice", "stored"), [("Save mine over it", "P8D"), ("Take what is stored", "P9D")])
def test_a_setting_that_two_owners_change_shows_both_versions(
    console: Console, shop: Shop, choice: str, stored: str
) -> None:
    page = console.open(shop, "settings", show="deadlines")
    page.get_by_label("answering the cancellation", exact=True).fill("8")
    page.get_by_label("the release of funds", exact=True).fill("12")
    theirs = {"cancellation": "P9D", "risk": "P2D"}
    assert shop.owner.patch("/v1/store", {"deadline_policy": theirs}).status == 200
    page.get_by_role("button", name="Save", exact=True).click()
    lost = page.get_by_role("alert")
    expect(lost.get_by_role("row", name=re.compile("answering the cancellation.*8 d.*9 d"))).to_be_visible()
    expect(lost.get_by_role("row")).to_have_count(2)
    policy = shop.viewer.get("/v1/store").json["deadline_policy"]
    assert (policy["cancellation"], policy["release"]) == ("P9D", "P3D"), "nothing was sent"
    lost.get_by_role("button", name=choice).click()
    expect(lost).to_have_count(0)
    if choice == "Take what is stored":
        expect(page.get_by_label("answering the cancellation", exact=True)).to_have_value("9")
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    policy = shop.viewer.get("/v1/store").json["deadline_policy"]
    assert (policy["cancellation"], policy["release"], policy["risk"]) == (stored, "P12D", "P2D")


@main_job("settings")
def test_a_template_is_written_with_variables_and_previewed(console: Console, shop: Shop, say: Say) -> None:
    order_id = shop.platform.place()["order_id"]
    page = console.open(shop, "settings", language=say.language, show="templates", role="staff")
    page.get_by_role("button", name=say("New template")).click()
    page.get_by_label(say("Name"), exact=True).fill("Thanks")
    page.get_by_label(say("Text, in English")).fill("Thank you for ")
    page.get_by_role("button", name=say("Order number", of="message_variable")).click()
    page.get_by_role("button", name=say("Save")).click()
    expect(page.get_by_label(say("With the order"))).to_have_value(order_id)
    page.get_by_role("button", name=say("Show"), exact=True).click()
    expect(page.get_by_text(f"Thank you for {order_id}")).to_be_visible()
    assert [each["name"] for each in shop.viewer.get("/v1/message-templates").json["data"]] == ["Thanks"]


def test_a_viewer_reads_the_settings_as_text(console: Console, shop: Shop) -> None:
    page = console.open(shop, "settings", role="viewer")
    expect(page.get_by_text("The owner of the store may change this.")).to_be_visible()
    expect(page.locator("#content").get_by_role("textbox")).to_have_count(0)
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("cell", name=re.compile("Viewer"))).to_be_visible()


@main_job("settings")
def test_limits_that_the_owner_sets_stand_beside_the_service_level(console: Console, shop: Shop, say: Say) -> None:
    page = console.open(shop, "settings", language=say.language)
    page.get_by_label(say("Disputes, at most %")).fill("2.5")
    page.get_by_label(say("On-time shipment, at least %")).fill("95")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    expect(page.get_by_text(say("Saved"), exact=True)).to_be_visible()
    assert shop.viewer.get("/v1/store").json["service_limits"] == {"on_time_shipment": "0.95", "dispute": "0.025"}
    page.get_by_role("link", name=say("Reports", of="src")).click()
    page.get_by_role("link", name=say("Service level")).click()
    table = page.get_by_role("table", name=say("Service level"))
    for limit in (f"{say('at most')} 2.5%", f"{say('at least')} 95%"):
        expect(table.get_by_role("row").filter(has_text=limit)).to_have_count(1)


@main_job("settings")
def test_an_owner_adds_changes_and_removes_members(console: Console, shop: Shop, say: Say) -> None:
    user, role, add, save, remove = say("User"), say("Role"), say("Add a member"), say("Save"), say("Remove")
    zoe, last = f"zoe-{shop.name}", re.compile("A store has an owner|店铺必须有店主")

    def press(name: str) -> None:
        page.locator("#content").get_by_role("button", name=name, exact=True).click()

    page = console.open(shop, "settings", language=say.language, show="members")
    press(add)
    page.get_by_label(user, exact=True).fill(zoe)
    page.get_by_label(role, exact=True).select_option("viewer")
    press(save)
    page.locator("#content").get_by_role("link", name=zoe).click()
    page.get_by_label(role, exact=True).select_option("owner")
    press(save)
    expect(page.get_by_role("row", name=re.compile(f"{zoe}.*(Viewer → Owner|只读 → 店主)"))).to_be_visible()
    page.locator("#content").get_by_role("link", name=zoe).click()
    press(remove)
    press(remove)
    expect(page.locator("#content").get_by_role("link", name=zoe)).to_have_count(0)
    shop.owner.request("DELETE", "/v1/members/owner")  # the harness's own owner leaves; the page's is the last
    console.expect_refusals(page, 409)
    page.locator("#content").get_by_role("link", name=console.user(page)).click()
    press(remove)
    press(remove)
    expect(page.get_by_role("alert").filter(has_text=last)).to_be_visible()
