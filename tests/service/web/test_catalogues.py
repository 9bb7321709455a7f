import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from service.web import catalogues
from service.web.catalogues import faults, load, read


@pytest.fixture
def catalogue_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the catalogues at a folder of the test's own and return the Danish file in it."""
    monkeypatch.setattr(catalogues, "LOCALES", tmp_path)
    path = catalogues.po_file("da")
    path.parent.mkdir(parents=True)
    return path


def used(*messages: str) -> Catalog:
    catalogue = Catalog()
    for message in messages:
        catalogue.add(message)
    return catalogue


def write(path: Path, *entries: str) -> None:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    path.write_text("\n\n".join((head, *entries)) + "\n", encoding="utf-8")


def test_every_template_and_every_module_is_read_for_messages() -> None:
    found = {message.id for message in catalogues.extract()}

    assert {"Hand in", "yesterday", "Unchanged since receipt"} <= found
    assert ("%(num)d hour", "%(num)d hours") in found


def test_a_complete_catalogue_has_no_fault(catalogue_of: Path) -> None:
    write(catalogue_of, 'msgid "Hand in"\nmsgstr "Indsend"')

    assert list(faults("da", used("Hand in"))) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Other"\nmsgstr "Andet"', "da: not in the catalogue: 'Hand in'"),
        ('msgid "Hand in"\nmsgstr ""', "da: not translated: 'Hand in'"),
        ('#, fuzzy\nmsgid "Hand in"\nmsgstr "Indsend"', "da: fuzzy: 'Hand in'"),
        (
            'msgid "Hand in"\nmsgstr "Indsend"\n\nmsgid "Gone"\nmsgstr "Væk"',
            "da: no longer used: 'Gone'",
        ),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_named(
    catalogue_of: Path, entry: str, fault: str
) -> None:
    write(catalogue_of, entry)

    assert fault in list(faults("da", used("Hand in")))


def test_a_placeholder_that_was_lost_in_translation_is_named(catalogue_of: Path) -> None:
    write(catalogue_of, '#, python-format\nmsgid "Case %(number)s"\nmsgstr "Sag"')

    (fault,) = faults("da", used("Case %(number)s"))

    assert "Case %(number)s" in fault


def test_an_update_keeps_words_adds_empty_ones_and_guesses_nothing(catalogue_of: Path) -> None:
    write(catalogue_of, 'msgid "Hand in"\nmsgstr "Indsend"', 'msgid "Old"\nmsgstr "Gammel"')

    catalogues.update("da", used("Hand in", "Hand it in"))

    kept = {message.id: message.string for message in read("da") if message.id}
    assert kept == {"Hand in": "Indsend", "Hand it in": ""}


def test_an_old_compiled_file_does_not_hide_newer_words(catalogue_of: Path) -> None:
    write(catalogue_of, 'msgid "Hand in"\nmsgstr "Gammelt ord"')
    compiled = catalogues.compile_one("da")
    write(catalogue_of, 'msgid "Hand in"\nmsgstr "Indsend"')
    newer = compiled.stat().st_mtime + 2
    os.utime(catalogue_of, (newer, newer))

    assert load("da").gettext("Hand in") == "Indsend"


def test_the_compiled_file_speaks_like_its_source(catalogue_of: Path) -> None:
    write(catalogue_of, 'msgid "Hand in"\nmsgstr "Indsend"')
    catalogues.compile_one("da")

    assert load("da").gettext("Hand in") == "Indsend"


def test_english_is_its_own_message_ids() -> None:
    assert load("en").gettext("Hand in") == "Hand in"
