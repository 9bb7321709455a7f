"""The readers by name, and everything they may need imported before the walls go up."""

import importlib
import importlib.util
import io
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Final, cast

from archive.confinement.child import Reader

# A child can open no file, so nothing can be imported after the fork.
OWN_READERS: Final = MappingProxyType(
    {
        "type": "archive.confinement.typing_by_content:read_type",
        "text": "archive.confinement.plain_text:read_text",
        "image": "archive.confinement.images:read_image",
        "message": "archive.mailbox.message:read_message",
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


def warm_up() -> None:
    """Import what the standard library and Pillow otherwise import at first use."""
    import email.policy
    import encodings

    from PIL import Image

    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in ("mbcs", "oem"):  # Windows only
            importlib.import_module(f"encodings.{module.name}")
    for charset in ("idna", "punycode", "utf-8", "latin-1", "cp1252"):
        "a".encode(charset).decode(charset)
    Image.init()
    picture = io.BytesIO()
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, kind)
        picture.seek(0)
        with Image.open(picture) as opened:
            opened.load()
    email.message_from_bytes(
        b"From: =?iso-8859-1?q?a?= <a@b.example>\nDate: Mon, 1 Jan 2024 10:00:00 +0100\n"
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n",
        policy=email.policy.default,
    ).as_bytes()
