"""What sellers come to each page for is done in both languages: nothing of this list may be missing."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

from tests.console.say import LANGUAGES, SOURCES, Say
from tests.proof import counted

JOBS: dict[str, set[str]] = {
    "alerts": {
        "an_alert_is_acknowledged",
        "a_webhook_is_set_up_and_its_test_message_followed",
        "an_email_address_is_confirmed_with_the_code_of_the_inbox",
        "the_rules_are_set_by_the_owner",
    },
    "customers": {
        "a_customer_is_tagged_and_found_by_the_tag",
        "one_message_goes_to_the_latest_order_of_each_chosen_customer",
        "a_buyer_is_erased_only_after_the_id_was_typed",
    },
    "disputes": {
        "a_dispute_is_answered_with_a_proposal_and_evidence",
    },
    "exports": {
        "an_export_is_asked_for_fetched_and_read",
        "a_list_of_orders_is_exported_as_it_is_filtered",
        "the_owner_sets_the_regular_export",
    },
    "funds": {
        "a_total_opens_the_entries_that_add_up_to_it",
        "an_order_whose_money_does_not_add_up_is_listed",
    },
    "imports": {
        "orders_come_in_and_the_same_file_changes_nothing",
        "a_failed_row_is_mended_and_sent_again",
    },
    "messages": {
        "a_message_is_checked_while_it_is_typed_and_sent",
        "a_template_is_read_before_it_is_used",
    },
    "order": {
        "an_order_is_shipped_in_two_parcels",
        "of_two_browsers_the_later_sees_what_the_first_did_and_decides",
        "each_refused_action_has_its_reason",
        "the_recipient_is_masked_until_somebody_asks_which_is_recorded",
        "the_history_says_who_did_what_and_what_changed",
    },
    "orders": {
        "a_pasted_sheet_ships_its_orders_and_says_which_it_cannot",
        "a_cancellation_is_accepted",
        "everything_that_matches_is_written_to",
        "a_tab_shows_its_orders_and_their_number",
        "a_day_of_the_stores_zone_filters_and_its_chip_takes_it_away",
        "the_search_box_says_what_matched",
        "a_list_is_worked_through_by_keyboard",
    },
    "refunds": {
        "a_cancellation_is_refused_with_a_reason",
    },
    "reports": {
        "sales_by_country_stand_in_a_plot_and_in_a_table",
        "the_service_level_shows_the_measures_of_the_api",
        "a_reminder_is_counted",
    },
    "settings": {
        "the_owner_sets_name_holidays_and_fees",
        "a_deadline_is_set_in_hours_and_the_clock_to_watch",
        "a_template_is_written_with_variables_and_previewed",
        "limits_that_the_owner_sets_stand_beside_the_service_level",
        "an_owner_adds_changes_and_removes_members",
    },
    "ship": {
        "a_pasted_sheet_ships_every_order_of_it",
        "an_uploaded_sheet_ships",
        "one_order_is_shipped_from_the_list",
        "a_list_prints_without_the_page_around_it",
    },
    "todo": {
        "each_counter_leads_to_the_list_that_it_counts",
        "a_timer_says_what_happens_and_who_must_act",
        "an_alert_is_acknowledged",
        "what_went_wrong_is_shown",
    },
}


def declared() -> Iterator[tuple[str, str, str]]:
    """The page, the test and the language of each main job."""
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("test_*.py")):
        path = file.relative_to(folder).with_suffix("")
        module = importlib.import_module(".".join(("tests.console", *path.parts)))
        for name, test in vars(module).items():
            if not isinstance(test, FunctionType) or test.__module__ != module.__name__:
                continue
            for mark in getattr(test, "pytestmark", ()):
                if mark.name == "parametrize" and mark.args[0] == "say":
                    for say in mark.args[1]:
                        assert isinstance(say, Say)
                        yield say.page, name.removeprefix("test_"), say.language


def test_each_main_job_of_each_page_is_there_in_both_languages() -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for page, job, language in declared():
        found[page, job].add(language)
    expected = {(page, job): set(LANGUAGES) for page, jobs in JOBS.items() for job in jobs}
    assert found == expected
    counted("main jobs, in each language", len(found), 40)


def test_each_page_of_the_menu_has_a_main_job() -> None:
    pages = {folder.name for folder in (SOURCES / "pages").iterdir()} - {"customer"}
    assert set(JOBS) == pages
