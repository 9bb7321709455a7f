"""Texts folded into templates as they are compiled."""

from __future__ import annotations

from decimal import Decimal

import pytest
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from service.web.folding import MODULES, Folding, shown


def _environment(**texts: str) -> Folding:
    catalogue = {
        "Read": "Læst",
        "For %(who)s": "<i>Til</i> %(who)s",
        "Fish & <b>chips</b>": "Fisk & <b>fritter</b>",
        "100 %%": "100 %%",
    }
    environment = Folding(
        loader=DictLoader(texts),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.look_up = lambda word: catalogue.get(word, word)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        lambda word: f"asked {catalogue.get(word, word)}",
        lambda one, _many, _count: one,
        newstyle=True,
    )
    return environment


def _said(text: str, **values: object) -> str:
    return _environment(page=text).get_template("page").render(values)


def test_a_text_without_a_variable_is_never_asked_for_again() -> None:
    assert _said('{{ _("Read") }} {{ {"a": _("Read")}[key] }}', key="a") == "Læst Læst"


def test_a_folded_text_is_markup_and_its_doubled_percent_is_one() -> None:
    assert _said('{{ _("Fish & <b>chips</b>") }}') == "Fisk & <b>fritter</b>"
    assert _said('{{ _("100 %%") }}') == "100 %"


def test_what_is_put_into_a_folded_text_is_escaped() -> None:
    assert _said('{{ _("For %(who)s", who=name) }}', name="<Bo>") == "<i>Til</i> &lt;Bo&gt;"


def test_a_text_that_is_a_variable_is_looked_up_as_it_is_shown() -> None:
    assert _said("{{ _(word) }}", word="Read") == "asked Læst"


def test_a_word_that_a_list_of_words_lacks_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        _said('{{ {"a": _("Read")}[key] }}', key="b")


def test_parts_of_one_page_share_what_they_import_and_no_other_page_does() -> None:
    environment = _environment(
        macros="{% macro who(n) %}{% if n %}{{ name }}{% endif %}{% endmacro %}"
        "{{ made.append(1) }}",
        part='{% from "macros" import who with context %}{{ who(1) }}',
        page='{% from "macros" import who with context %}{{ who(1) }} {% include "part" %}',
    )
    made: list[int] = []

    first, second = (
        environment.get_template("page").render(name=name, made=made, **{MODULES: {}})
        for name in ("Bo", "Else")
    )

    assert (first, second) == ("Bo Bo", "Else Else")
    assert len(made) == 2


class _Marked:
    def __html__(self) -> str:
        return "<b>1</b>"


@pytest.mark.parametrize(
    "value", ["plain æ", "<&>\"'", Markup("<i>"), 12, None, True, _Marked(), Decimal("1.5"), ""]
)
def test_a_value_is_shown_just_as_it_would_be_escaped(value: object) -> None:
    assert shown(value) == escape(value)
    assert _said("{{ value }}|{{ value }}", value=value) == f"{escape(value)}|{escape(value)}"


def test_what_a_page_includes_sees_the_page_and_leaves_no_name_behind() -> None:
    environment = _environment(
        part='{% set one = "part" %}{{ one }} {{ two }} {{ given }} {% include "deeper" %}',
        deeper='{{ _("Read") }} {{ one }}',
        page='{% set one = "<page>" %}{% for two in [1, 2] %}{% include "part" %}, {% endfor %}'
        "{{ one }}",
    )

    said = environment.get_template("page").render(given="<given>")

    assert said == ("part 1 &lt;given&gt; Læst part, part 2 &lt;given&gt; Læst part, &lt;page&gt;")


def test_a_part_that_includes_itself_extends_or_may_be_missing_is_left_to_jinja() -> None:
    environment = _environment(
        tree="{{ n }}{% if n < 3 %}{% with n = n + 1 %}"
        '{% include "tree" %}{% endwith %}{% endif %}',
        base="({% block inner %}{% endblock %})",
        child='{% extends "base" %}{% block inner %}child{% endblock %}',
        page='{% include "tree" %} {% include "child" %} {% include "none" ignore missing %}.',
    )

    assert environment.get_template("page").render(n=1) == "123 (child) ."


def test_a_missing_value_is_an_error_in_what_is_included_too() -> None:
    environment = _environment(part="{{ missing }}", page='{% include "part" %}')

    with pytest.raises(UndefinedError):
        environment.get_template("page").render()
