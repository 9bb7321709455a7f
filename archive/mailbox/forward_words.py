"""The words of `forward_words.toml`, ready to be compared."""

import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any, Final, Literal, cast, get_args

Field = Literal["from", "date", "to", "cc", "subject", "other"]


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """Return a word as it is compared: lower case, without accents and spare space."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(plain.split()).strip(" .")


_DATA: Final[dict[str, Any]] = tomllib.loads(
    resources.files("archive.mailbox").joinpath("forward_words.toml").read_text(encoding="utf-8")
)
FORWARDED: Final = tuple(_DATA["forwarded"])
ORIGINAL: Final = tuple(_DATA["original"])
BEGINNINGS: Final = tuple(_DATA["beginnings"])
ENDINGS: Final = tuple(_DATA["endings"])
FORWARD_PREFIXES: Final = frozenset(_DATA["forward_prefixes"])
REPLY_PREFIXES: Final = frozenset(_DATA["reply_prefixes"])
REPLIES_BY_VS: Final = frozenset(_DATA["replies_by_vs"])
# As written, of two letters or more: found within a line where a program lost its breaks.
WRITTEN_LABELS: Final = tuple(
    sorted(
        {
            word
            for words in _DATA["labels"].values()
            for field in ("from", "date", "to", "cc", "subject")
            for word in words.get(field, ())
            if len(word) > 1
        },
        key=len,
        reverse=True,
    )
)


def _label_table() -> tuple[dict[str, Field], dict[str, frozenset[str]]]:
    fields: dict[str, Field] = {}
    languages: dict[str, set[str]] = {}
    for language, labels in _DATA["labels"].items():
        for field in get_args(Field):
            for word in labels.get(field, ()):
                fields.setdefault(fold(word), cast("Field", field))
                languages.setdefault(fold(word), set()).add(language)
    return fields, {word: frozenset(spoken) for word, spoken in languages.items()}


LABEL_FIELDS, LABEL_LANGUAGES = _label_table()
