import re
from collections.abc import Iterator

import pytest
from jinja2.meta import find_undeclared_variables
from starlette.requests import Request

from service.web.inlining import imports_of
from service.web.rendering import (
    PATHS,
    TEMPLATES,
    Templates,
    choose_language,
    content_security_policy,
    environment_of,
)
from service.web.views.frame import Place
from tests.service.web.preview import context_of
from tests.service.web.samples import SAMPLES

LANGUAGES = ("da", "nb", "en")


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates("http://evidence.test:8001/deep/path")


def request(**headers: str) -> Request:
    pairs = [
        (name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()
    ]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": pairs})


def pages(templates: Templates) -> Iterator[tuple[str, str]]:
    for name in SAMPLES:
        template, context = context_of(name, "da")
        yield name, templates.render(template, {**context, "partial": False}, "the-nonce")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_screen_is_whole_in_every_language(
    templates: Templates, name: str, language: str
) -> None:
    template, context = context_of(name, language)

    page = templates.render(template, {**context, "partial": False}, "the-nonce")

    assert f'<html lang="{language}">' in page
    assert page.rstrip().endswith("</html>")


def test_every_page_template_has_a_sample() -> None:
    shown = {template for template, _ in SAMPLES.values()}
    shared = {"base.html", "partial.html", "macros.html", "words.html", "hidden.html"}
    shared |= {"evidence_rows.html"}

    assert {path.name for path in TEMPLATES.glob("*.html")} == shown | shared


def test_what_the_parts_of_a_page_share_reads_nothing_that_only_one_of_them_has() -> None:
    environment = environment_of("da")
    trees = {
        name: environment.parse((TEMPLATES / name).read_text("utf-8"))
        for name in environment.list_templates(["html"])
    }
    shared = {
        one.template.as_const()
        for tree in trees.values()
        for one in imports_of(tree)
        if one.with_context
    }

    assert "macros.html" in shared
    for name in shared:
        assert find_undeclared_variables(trees[name]) <= {"frame", "nonce", "_", "ngettext"}, name


def test_no_page_carries_a_script_or_a_style_in_itself(templates: Templates) -> None:
    for name, page in pages(templates):
        for script in re.findall(r"<script[^>]*>", page):
            assert 'src="/static/' in script, name
            assert 'nonce="the-nonce"' in script, name
        assert "<style" not in page, name
        assert not re.search(r"\s(style|on[a-z]+|hx-on\S*)=", page), name
        assert "js:" not in page, name
        assert "javascript:" not in page, name


def test_what_htmx_may_touch_carries_the_page_nonce(templates: Templates) -> None:
    for name, page in pages(templates):
        for element in re.findall(r"<[^>]*\shx-(?:get|post)=[^>]*>", page):
            assert 'hx-nonce="the-nonce"' in element, name


def test_every_form_that_changes_something_carries_its_token(templates: Templates) -> None:
    for name, page in pages(templates):
        forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
        if SAMPLES[name][1]["frame"].csrf:
            assert all('name="csrf_token" value="sample-token"' in form for form in forms), name
        else:  # Nobody's page, which a phone keeps; it has no session whose token could be wrong.
            actions = {re.findall(r'action="([^"]*)"', form)[0] for form in forms}
            assert all(one == "/language" or one.startswith("/phone/") for one in actions), name


def test_a_name_that_is_markup_stays_a_name(templates: Templates) -> None:
    template, context = context_of("case", "da")
    hostile = '"><img src=x onerror=alert(1)>'
    object.__setattr__(context["view"], "title", hostile)
    try:
        page = templates.render(template, {**context, "partial": False}, "the-nonce")
    finally:
        object.__setattr__(context["view"], "title", "Opslag og mail mod en medarbejder")

    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_an_answer_carries_its_policy_and_is_kept_nowhere(templates: Templates) -> None:
    template, context = context_of("today", "da")

    answer = templates.response(request(), template, context)

    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"'.encode() in bytes(answer.body)
    assert "img-src 'self' http://evidence.test:8001;" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Language"] == "da"


def test_no_two_answers_share_a_nonce(templates: Templates) -> None:
    template, context = context_of("today", "da")

    policies = {
        templates.response(request(), template, context).headers["Content-Security-Policy"]
        for _ in range(20)
    }

    assert len(policies) == 20


def test_originals_of_evidence_on_this_host_can_never_be_started_as_scripts() -> None:
    scripts = next(
        rule for rule in content_security_policy("n", None).split("; ") if "script-src" in rule
    )

    assert scripts == "script-src 'nonce-n'"


def test_htmx_gets_a_notice_where_a_person_gets_a_page(templates: Templates) -> None:
    template, context = context_of("error_403", "da")

    page = bytes(templates.response(request(), template, context).body)
    notice = bytes(templates.response(request(HX_Request="true"), template, context).body)

    assert b"<html" in page
    assert b"<html" not in notice
    assert b'role="alert"' in notice


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, None, "da"),
        ("nb", "da", "nb"),
        ("xx", "en-GB,en;q=0.9", "en"),
        (None, "nn-NO, nb;q=0.8", "nb"),
        (None, "no", "nb"),
        (None, "de-DE, fr;q=0.5", "da"),
        (None, ";;,,", "da"),
    ],
)
def test_the_persons_choice_comes_before_the_browsers(
    chosen: str | None, accepted: str | None, language: str
) -> None:
    assert choose_language(chosen, accepted) == language


def test_every_place_has_its_path() -> None:
    assert set(PATHS) == set(Place)
    assert len(set(PATHS.values())) == len(Place)
