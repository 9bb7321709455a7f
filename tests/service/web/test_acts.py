"""What people do on the screens: by mouse, by keyboard, and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.web import preview

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("acts")]

SECRET = "dårlig sagsbehandler"


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the act has the focus; fails when it cannot be reached."""
    found = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]  # role words
    wanted = found.element_handle()  # looked for once: by role, every element is asked for its own
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"no way by keyboard to {role} {name}")


@pytest.mark.parametrize(
    ("sample", "role", "name"),
    [
        ("sign_in", "button", "Log ind"),
        ("today", "link", "Gå til trinnet"),
        ("hand_in", "button", "Indsend"),
        ("my_case", "link", "Tilføj billede"),
        ("evidence", "button", "Vis teksten"),
        ("case_step", "button", "Udført"),
        ("queue", "button", "Slet"),
        ("queue_proposal", "button", "Godkend"),
        ("capture", "button", "Sikr opslaget"),
        ("operations", "button", "Kontrollér nu"),
        ("close", "button", "Luk sagen"),
        ("triage", "button", "Åbn sagen"),
    ],
)
def test_the_main_act_is_reached_by_keyboard_and_the_focus_shows(
    page: Page, sample: str, role: str, name: str
) -> None:
    page.goto(f"/preview/{sample}")

    tab_to(page, role, name)

    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.goto("/preview/case")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til indholdet")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_the_text_is_not_in_the_page_until_somebody_asks(page: Page, complaints: list[str]) -> None:
    page.goto("/preview/evidence")
    assert SECRET not in page.content()

    page.get_by_role("button", name="Vis teksten").click()

    shown = page.locator("#text-e42-content")
    expect(shown).to_contain_text(SECRET)
    expect(shown).to_be_focused()
    assert shown.locator("mark").all_inner_texts() == [SECRET, "Amira H."]
    assert complaints == []


def test_what_was_shown_can_be_hidden_again(page: Page) -> None:
    page.goto("/preview/evidence")
    page.get_by_role("button", name="Vis teksten").click()

    page.get_by_role("button", name="Skjul det igen").click()
    expect(page.locator("#text-e42-content")).to_be_hidden()

    page.get_by_role("button", name="Vis det igen").click()
    expect(page.locator("#text-e42-content")).to_be_visible()


def test_a_refused_viewing_says_so_in_its_place(page: Page) -> None:
    page.goto("/preview/evidence")
    page.locator("form", has=page.get_by_role("button", name="Vis teksten")).evaluate(
        "form => { form.setAttribute('hx-post', '/evidence/forbidden/viewing'); }"
    )

    page.get_by_role("button", name="Vis teksten").click()

    expect(page.get_by_role("alert")).to_contain_text("Det har du ikke adgang til")


def test_without_javascript_the_text_has_a_page_of_its_own(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/preview/evidence")

    page.get_by_role("button", name="Vis teksten").click()

    expect(page.get_by_role("heading", name="Teksten", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text(SECRET)
    context.close()


def test_without_javascript_files_can_be_handed_in(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    picture = tmp_path / "billede.txt"
    picture.write_text("et skærmbillede", encoding="utf-8")
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/preview/hand_in")

    page.get_by_label("Filer").set_input_files(picture)
    page.get_by_role("button", name="Indsend").click()

    expect(page.get_by_role("heading", name="Det er i sikkerhed. Sag 2027-014.")).to_be_visible()
    context.close()


def test_files_are_handed_in_with_progress_and_end_at_the_receipt(
    page: Page, complaints: list[str], tmp_path: Path
) -> None:
    for name in ("et.txt", "to.txt"):
        (tmp_path / name).write_text(name * 1000, encoding="utf-8")
    page.goto("/preview/hand_in")

    page.get_by_label("Filer").set_input_files([tmp_path / "et.txt", tmp_path / "to.txt"])
    assert page.locator("[data-upload-list] li").all_inner_texts() == [
        "et.txt\nVenter",
        "to.txt\nVenter",
    ]
    page.get_by_role("button", name="Indsend").click()

    page.wait_for_url("**/preview/receipt")
    assert complaints == []


def test_a_broken_hand_in_says_what_is_safe_and_tries_again_with_the_same_key(
    page: Page, tmp_path: Path
) -> None:
    for name in ("et.txt", "broken.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    page.goto("/preview/hand_in")
    page.get_by_label("Filer").set_input_files([tmp_path / "et.txt", tmp_path / "broken.txt"])
    preview.KEYS.clear()

    page.get_by_role("button", name="Indsend").click()
    expect(page.get_by_role("alert")).to_contain_text("Prøv igen for at sende resten")
    rows = page.locator("[data-upload-list] li").all_inner_texts()
    with page.expect_response("**/hand-in"):
        page.get_by_role("button", name="Prøv igen").click()

    assert rows == ["et.txt\nI sikkerhed", "broken.txt\nIkke sendt"]
    assert len(preview.KEYS) == 2
    assert preview.KEYS[0] == preview.KEYS[1] != ""


def test_a_running_check_shows_its_end_by_itself(page: Page, complaints: list[str]) -> None:
    page.goto("/preview/operations_running")

    expect(page.get_by_text("Alt er uændret")).to_be_visible()
    assert complaints == []


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/preview/today")
    menu = page.locator("summary", has_text="Dansk")
    menu.click()
    expect(page.get_by_role("button", name="Bokmål")).to_be_visible()

    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Bokmål")).to_be_hidden()
    expect(menu).to_be_focused()


def test_print_shows_the_exact_moment(page: Page) -> None:
    page.goto("/preview/evidence")
    page.emulate_media(media="print")

    said = page.locator("time").first.evaluate("one => getComputedStyle(one, '::after').content")

    assert said == '"8. februar 2027 kl. 07.56.00 (UTC+01:00)"'
    expect(page.locator("time span").first).to_be_hidden()
    expect(page.get_by_role("navigation", name="Hovedmenu").first).to_be_hidden()
