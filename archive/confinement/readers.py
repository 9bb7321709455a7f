"""The readers by name, and everything they may need imported before the walls go up."""

import encodings
import importlib
import importlib.util
import io
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Final, cast

from archive.confinement.child import Reader
from archive.confinement.samples import samples

# A child can open no file, so nothing can be imported after the fork: what a reader imports only
# when it is used is imported by its sample (`samples`).
OWN_READERS: Final = MappingProxyType(
    {
        "type": "archive.confinement.typing_by_content:read_type",
        "text": "archive.confinement.plain_text:read_text",
        "image": "archive.confinement.images:read_image",
        "message": "archive.mailbox.message:read_message",
        "mailbox": "archive.reading.mailboxes:read_mailbox",
        "outlook": "archive.reading.outlook:read_outlook",
        "markup": "archive.reading.markup:read_markup",
        "rich_text": "archive.reading.rich_text:read_rich_text",
        "package": "archive.reading.packages:read_package",
        "archive": "archive.reading.packed:read_packed",
        "pdf": "archive.reading.pdf:read_pdf",
        "media": "archive.reading.media:read_media",
        "covered": "archive.reading.covered_copy:cover_picture",
        "timestamp": "archive.ledger.stamps:read_stamp",
    }
)
# These hold the language data of Tesseract: a starter of their own, there only while needed.
SLOW_READERS: Final = MappingProxyType(
    {
        "picture_text": "archive.reading.picture_text:read_picture_text",
        "page_text": "archive.reading.page_text:read_page_text",
    }
)


def load_readers(places: Mapping[str, str]) -> dict[str, Reader]:
    """Import the readers named as ``module:function`` or ``/folder/file.py:function``."""
    readers: dict[str, Reader] = {}
    for name, place in places.items():
        module, _, function = place.rpartition(":")
        readers[name] = cast("Reader", getattr(_import(module), function))
    return readers


def _import(place: str) -> ModuleType:
    if not place.endswith(".py"):
        return importlib.import_module(place)
    spec = importlib.util.spec_from_file_location("reader", place)
    if spec is None or spec.loader is None:
        raise ImportError(place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def warm_up(readers: Mapping[str, Reader]) -> None:
    """Use once, on samples of our own, what the libraries otherwise import at first use."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in ("mbcs", "oem"):  # Windows only
            importlib.import_module(f"encodings.{module.name}")
    for name, items in samples().items():
        if name not in readers:
            continue
        for item in items:
            for _ in readers[name](io.BytesIO(item), ""):
                pass
