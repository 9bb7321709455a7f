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


def warm_up(readers: Mapping[str, Reader]) -> None:
    """Use once, on samples of our own, what the libraries otherwise import at first use."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in ("mbcs", "oem"):  # Windows only
            importlib.import_module(f"encodings.{module.name}")
    for name, samples in _samples().items():
        for sample in samples:
            for _ in readers[name](io.BytesIO(sample), ""):
                pass


def _samples() -> dict[str, list[bytes]]:
    from PIL import Image  # here: the service reads this module's names and no pictures

    Image.init()
    pictures = []
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, kind)
        pictures.append(picture.getvalue())
    mail = (
        "From: =?iso-8859-1?q?a?= <a@b.example>\r\nDate: Mon, 1 Jan 2024 10:00:00 +0100\r\n"
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nFra: Bo <b@c.example>\r\n"
        "Sendt: 3. februar 2021 09:00\r\nTil: Ane\r\nEmne: x\r\n\r\nHej\r\n--x\r\n"
        "Content-Type: text/html\r\n\r\n<p>Hej\r\n--x\r\nContent-Type: application/pdf;\r\n"
        " name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\naGVq\r\n--x--\r\n"
    )
    return {"image": pictures, "message": [mail.encode()], "text": [b"hej"], "type": [b"hej"]}
