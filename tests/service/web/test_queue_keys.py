"""The queue by keyboard: one key an act, never while somebody types, and it can be turned off."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("acts")]


@pytest.fixture
def queue(page: Page) -> Page:
    page.goto("/preview/queue")
    expect(page.get_by_role("button", name="Taster")).to_be_visible()
    return page


def posts(page: Page) -> list[str]:
    """Return a list that every act of the page comes into from now on."""
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if sent.method == "POST" else None)
    return asked


@pytest.mark.parametrize("key", ["l", "k", "s", "i"])
def test_one_key_decides_and_the_next_post_is_there(
    queue: Page, complaints: list[str], key: str
) -> None:
    with queue.expect_request("**/posts/p7/decision") as sent:
        queue.keyboard.press(key)

    expect(queue.get_by_text("Sara Lund foreslår:")).to_be_visible()
    expect(queue.locator(".v-queue-post")).to_be_focused()
    outcome = {"l": "let_stand", "k": "hide", "s": "delete", "i": "not_ours"}[key]
    assert outcome in (sent.value.post_data or "")
    assert complaints == []


def test_a_box_that_was_drawn_larger_leaves_nothing_for_the_policy_to_complain_of(
    queue: Page, complaints: list[str]
) -> None:
    """Htmx would write the size, an inline style, into the answer's own box."""
    queue.evaluate("document.getElementById('reason').style.height = '200px'")

    with queue.expect_request("**/posts/p7/decision"):
        queue.keyboard.press("l")

    expect(queue.get_by_text("Sara Lund foreslår:")).to_be_visible()
    expect(queue.locator("#reason")).not_to_have_attribute("style", re.compile("."))
    assert complaints == []


@pytest.mark.parametrize(("key", "answer"), [("g", "approve"), ("a", "refuse")])
def test_one_key_answers_a_colleagues_proposal(page: Page, key: str, answer: str) -> None:
    page.goto("/preview/queue_proposal")

    with page.expect_request("**/posts/p7/approval") as sent:
        page.keyboard.press(key)

    assert answer in (sent.value.post_data or "")


def test_one_key_answers_a_drawn_decision(page: Page) -> None:
    page.goto("/preview/queue_sample")

    with page.expect_request("**/queue/samples/s1") as sent:
        page.keyboard.press("g")

    assert "agree" in (sent.value.post_data or "")


def test_a_key_reveals_the_text(queue: Page) -> None:
    queue.keyboard.press("v")

    expect(queue.locator("#text-p7-content")).to_be_visible()


def test_a_letter_in_the_reason_is_a_letter(queue: Page) -> None:
    queue.keyboard.press("r")
    queue.keyboard.type("slikvj?")

    expect(queue.get_by_label("Begrundelse")).to_have_value("slikvj?")
    expect(queue.get_by_role("dialog")).to_be_hidden()


def test_with_a_modifier_the_key_belongs_to_the_browser(queue: Page) -> None:
    asked = posts(queue)

    queue.keyboard.press("Control+k")
    queue.keyboard.press("Alt+l")
    queue.keyboard.press("?")

    expect(queue.get_by_role("dialog", name="Taster")).to_be_visible()
    assert asked == []


def test_the_question_mark_shows_the_keys_and_escape_closes_them(queue: Page) -> None:
    queue.keyboard.press("?")
    expect(queue.get_by_role("dialog", name="Taster")).to_contain_text("Skriv begrundelsen")

    queue.keyboard.press("Escape")

    expect(queue.get_by_role("dialog")).to_be_hidden()


def test_the_keys_can_be_turned_off_and_stay_off(queue: Page) -> None:
    queue.get_by_role("button", name="Taster").click()
    queue.get_by_text("Brug tasterne på denne maskine").click()
    queue.get_by_role("button", name="Luk").click()
    queue.reload()

    queue.keyboard.press("s")
    queue.keyboard.press("v")
    queue.keyboard.press("?")

    expect(queue.get_by_role("dialog")).to_be_hidden()
    expect(queue.get_by_role("button", name="Vis teksten")).to_be_visible()


def test_what_is_not_secured_has_no_key_for_deleting(page: Page) -> None:
    page.goto("/preview/queue_not_secured")
    asked = posts(page)

    page.keyboard.press("s")
    page.keyboard.press("k")
    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Taster")).to_be_visible()
    expect(page.get_by_role("button", name="Slet", include_hidden=True)).to_be_disabled()
    expect(page.get_by_text("Opslaget kan ikke slettes eller skjules endnu")).to_be_attached()
    assert asked == []
