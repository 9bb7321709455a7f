"""Texts folded into templates as they are compiled."""

from __future__ import annotations

from jinja2 import DictLoader

from service.web.folding import Folding


def _said(text: str, **values: object) -> str:
    catalogue = {"Read": "Læst", "Fish & <b>chips</b>": "Fisk & <b>fritter</b>", "100 %%": "100 %%"}
    environment = Folding(
        loader=DictLoader({"page": text}), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.look_up = lambda word: catalogue.get(word, word)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        lambda word: f"asked {catalogue.get(word, word)}",
        lambda one, _many, _count: one,
        newstyle=True,
    )
    return environment.get_template("page").render(values)


def test_a_text_without_a_variable_is_never_asked_for_again() -> None:
    assert _said('{{ _("Read") }} {{ {"a": _("Read")}[key] }}', key="a") == "Læst Læst"


def test_a_folded_text_is_markup_and_its_doubled_percent_is_one() -> None:
    assert _said('{{ _("Fish & <b>chips</b>") }}') == "Fisk & <b>fritter</b>"
    assert _said('{{ _("100 %%") }}') == "100 %"


def test_a_text_with_a_variable_is_looked_up_as_it_is_shown() -> None:
    assert _said('{{ _("For %(who)s", who=name) }}', name="<Bo>") == "asked For &lt;Bo&gt;"
    assert _said("{{ _(word) }}", word="Read") == "asked Læst"
