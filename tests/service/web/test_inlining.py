"""Macros that only print, written out where they are called."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, StrictUndefined, Template
from jinja2.environment import Environment

from service.web.folding import Folding

MACROS = """
{%- macro icon(name) -%}<use href="#{{ name }}">{%- endmacro %}
{%- macro state(tone, icon_name, word) -%}
<i class="{{ tone }}">{{ icon(icon_name) }} {{ word }}</i>
{%- endmacro %}
{%- macro twice(word) -%}{{ word }} {{ word }}{%- endmacro %}
{%- macro by_choice(word, loud=False) -%}{{ word }}{%- endmacro %}
{%- macro of_the_page(word) -%}{{ word }} {{ name }}{%- endmacro %}
{%- macro when(word) -%}
{% if word %}{{ icon("a") }}{{ word }}{% elif nonce %}-{% else %}.{% endif %}
{%- endmacro %}
{%- macro token() -%}{% if frame %}<input value="{{ frame }}">{% endif %}{%- endmacro %}
{%- macro each(words) -%}{% for word in words %}{{ word }}{% endfor %}{%- endmacro %}
"""
WORDS = """
{%- macro kind(key) -%}{{ {"mail": "E-mail", "post": "<Post>"}[key] }}{%- endmacro %}
{%- macro kind_icon(key) -%}{{ {"mail": "letter", "post": "chat"}[key] }}{%- endmacro %}
"""
IMPORTS = """
{%- from "macros" import icon, state, twice, by_choice, of_the_page, when with context -%}
{%- from "macros" import token, each with context -%}
{%- import "words" as words -%}
"""


def _page(environment: type[Environment], text: str) -> Template:
    made = environment(
        loader=DictLoader({"macros": MACROS, "words": WORDS, "page": IMPORTS + text}),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return made.get_template("page")


@pytest.mark.parametrize(
    "text",
    [
        '{{ icon("lock") }}',
        "{{ icon(name) }} {{ words.kind(key) }}",
        '{{ state("safe", words.kind_icon(key), words.kind(key)) }}',
        '{{ twice(name) }} {{ twice(words.kind("post")) }} {{ twice(name | upper) }}',
        '{{ by_choice(name) }} {{ by_choice(word="a") }} {{ icon(name="a") }}',
        "{{ of_the_page(key) }} {{ each(key) }}",
        'a{{ when(key) }}b{{ when("") }}{{ token() }}{{ token() }}c',
        "{% if key %}{{ token() }}{% endif %}{% for one in key %}{{ when(one) }}{% endfor %}",
        "{% for frame in key %}{{ frame }}{% endfor %}{{ token() }}{{ icon(key) }}",
        "{% set said %}a{{ token() }}{% endset %}{{ said }}{{ [token(), key] | join }}",
        "{% macro own(frame) %}{{ token() }}{% endmacro %}{{ own(key) }}",
        '{% for icon in "ab" %}{{ icon }}{% endfor %}',
        '{% set words = {"kind": key} %}{{ words.kind }}',
        '{{ words.kind(key) | length }} {% set said %}{{ icon("a") }}{% endset %}{{ said }}',
        "{% macro own(a) %}{{ icon(a) }}{{ words.kind(key) }}{% endmacro %}{{ own(name) }}",
        '{{ name if words.kind(key) == "E-mail" else icon("b") }}',
    ],
)
def test_a_page_says_the_same_as_if_its_macros_were_called(text: str) -> None:
    values = {"name": "<Bo & Else>", "key": "mail", "frame": "<secret>", "nonce": "n"}

    said = _page(Folding, text).render(values)

    assert said == _page(Environment, text).render(values)


def test_a_macro_that_only_prints_is_no_longer_called() -> None:
    environment = _page(Folding, "").environment

    code = environment.compile(
        IMPORTS + '{{ icon("lock") }}{{ words.kind(key) }}{{ token() }}{{ each(key) }}', raw=True
    )

    assert '<use href="#lock">' in code
    assert code.count("context.call(") == 1
    assert "'words'" not in code


def test_a_key_that_no_word_is_for_is_an_error_as_it_is_in_the_macro() -> None:
    for environment in (Environment, Folding):
        with pytest.raises(Exception, match="has no attribute 'wish'"):
            _page(environment, "{{ words.kind(key) }}").render(key="wish")


def test_a_call_with_too_few_arguments_stays_the_error_that_it_is() -> None:
    with pytest.raises(Exception, match="'word' was not provided"):
        _page(Folding, '{{ state("safe", "lock") }}').render()
