"""The catalogues of the interface: extract, update, compile and check messages.

Message ids are English and stand in the templates and in Python's `_()`. `da` and `nb` are
translated; `en` has no catalogue, because the message ids are its words. Compiled files (`.mo`)
are made at set-up and not committed; where one is missing or old, `load` compiles in memory.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

import click
from babel.messages.catalog import Catalog, Message, TranslationError
from babel.messages.checkers import checkers
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations

HERE: Final = Path(__file__).parent
SOURCE: Final = HERE.parent
LOCALES: Final = HERE / "locales"
DOMAIN: Final = "messages"
FIRST_DAY: Final = datetime(2026, 11, 21, tzinfo=UTC)
TRANSLATED: Final = ("da", "nb")

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)")
# `Words` holds its two look-ups as `_` and `_n`.
_KEYWORDS: Final = {**DEFAULT_KEYWORDS, "_n": (1, 2)}
_METHODS: Final = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS: Final = {
    "**/templates/**.html": {
        "trimmed": "true",
        "silent": "false",
        "newstyle_gettext": "true",
    }
}


def extract() -> Catalog:
    """Return every message of the templates and of Python, with the places it stands in."""
    catalogue = Catalog(project="Værn", charset="utf-8", fuzzy=False)
    for filename, line, message, comments, context in extract_from_dir(
        SOURCE,
        _METHODS,
        _OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    ):
        place = Path(filename).as_posix()
        catalogue.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalogue


def po_file(language: str) -> Path:
    """Return where a language's translations stand."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Return a language's translations; an empty catalogue before its first update."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, project="Værn", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def load(language: str) -> NullTranslations | Translations:
    """Return a language's words for the templates; English is its own message ids.

    Read once, and again where its file has changed since.
    """
    if language not in TRANSLATED:
        return NullTranslations()
    source = po_file(language)
    compiled = source.with_suffix(".mo")
    written = compiled.stat().st_mtime_ns if compiled.exists() else 0
    return _loaded(language, source.stat().st_mtime_ns, written)


@lru_cache(maxsize=8)
def _loaded(language: str, source: int, compiled: int) -> Translations:
    """Read a language whose files were last written at these moments, in nanoseconds."""
    if compiled >= source:
        with po_file(language).with_suffix(".mo").open("rb") as file:
            return Translations(file, domain=DOMAIN)
    buffer = BytesIO()
    write_mo(buffer, read(language))
    buffer.seek(0)
    return Translations(buffer, domain=DOMAIN)


def update(language: str, messages: Catalog) -> None:
    """Bring a language's file up to the messages that are used; new ones stand empty.

    No guesses: a near match would be a wrong sentence on a page that people open on a bad day.
    """
    catalogue = read(language)
    catalogue.update(messages, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    _head(catalogue, language)
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        # Line numbers would change in every commit; the file that a message stands in is enough.
        write_po(file, catalogue, sort_by_file=True, include_lineno=False, width=100)


def _head(catalogue: Catalog, language: str) -> None:
    """Give the file a head that says what it is and does not change from day to day."""
    catalogue.header_comment = f"# The words of the interface ({language}). Message ids: English."
    catalogue.project, catalogue.version = "Værn", "1"
    catalogue.last_translator = catalogue.language_team = "Værn"
    catalogue.msgid_bugs_address = ""
    catalogue.creation_date = catalogue.revision_date = FIRST_DAY


def compile_one(language: str) -> Path:
    """Write a language's `.mo` file and return where it stands."""
    path = po_file(language).with_suffix(".mo")
    with path.open("wb") as file:
        write_mo(file, read(language))
    return path


def faults(language: str, messages: Catalog) -> Iterator[str]:
    """Yield what is wrong with a language: missing, fuzzy, left over or ill-formed messages."""
    catalogue = read(language)
    used = {_key(message) for message in messages if message.id}
    known = {_key(message): message for message in catalogue if message.id}
    for key in sorted(used):
        message = known.get(key)
        if message is None:
            yield f"{language}: not in the catalogue: {key[0]!r}"
        elif message.fuzzy:
            yield f"{language}: fuzzy: {key[0]!r}"
        elif not _translated(message):
            yield f"{language}: not translated: {key[0]!r}"
        else:
            yield from (
                f"{language}: {fault}: {key[0]!r}" for fault in _ill_formed(catalogue, message)
            )
    for key in sorted(set(known) - used):
        yield f"{language}: no longer used: {key[0]!r}"


def _key(message: Message) -> tuple[str, str]:
    """Return what a message is known by: its (singular) id and its context."""
    return (message.id if isinstance(message.id, str) else message.id[0], message.context or "")


def _translated(message: Message) -> bool:
    """Return whether every form of the message has words."""
    words = message.string
    return all(words) if isinstance(words, (list, tuple)) else bool(words)


def _ill_formed(catalogue: Catalog, message: Message) -> Iterator[str]:
    """Yield a placeholder lost or made up in translation, and what Babel's own checks find."""
    ids, words = _forms(message.id), _forms(message.string)
    wanted = set().union(*(_PLACEHOLDER.findall(one) for one in ids))
    for word in words:
        found = set(_PLACEHOLDER.findall(word))
        # "One post" needs no number, so a form of a plural may leave one out.
        if found - wanted or (len(ids) == 1 and wanted - found):
            yield f"placeholders {sorted(found)} where {sorted(wanted)} stand in"
    for checker in checkers:
        try:
            checker(catalogue, message)
        except TranslationError as fault:
            yield str(fault)


def _forms(words: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the forms of a message: one, or one a grammatical number."""
    if words is None:
        return ()
    return (words,) if isinstance(words, str) else tuple(words)


@click.group()
def main() -> None:
    """Keep the interface's words."""


@main.command("extract")
def _extract() -> None:
    """Print how many messages are used."""
    click.echo(f"{len(extract())} messages")


@main.command("update")
def _update() -> None:
    """Add new messages to every language and drop those no longer used."""
    messages = extract()
    for language in TRANSLATED:
        update(language, messages)
        missing = sum(1 for _ in faults(language, messages))
        click.echo(f"{language}: {len(messages)} messages, {missing} to translate")


@main.command("compile")
def _compile() -> None:
    """Write the compiled files."""
    for language in TRANSLATED:
        click.echo(str(compile_one(language).relative_to(HERE)))


@main.command("check")
def _check() -> None:
    """Fail when a message is missing, fuzzy, left over or ill-formed, and print which."""
    messages = extract()
    found = [fault for language in TRANSLATED for fault in faults(language, messages)]
    for fault in found:
        click.echo(fault, err=True)
    if found:
        sys.exit(1)
    click.echo(f"{len(messages)} messages, complete in {' and '.join(TRANSLATED)}")


if __name__ == "__main__":
    main()
