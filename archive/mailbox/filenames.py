"""File names from outside, made safe to show, to save under and to put into a bundle."""

import mimetypes
import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 150
_PATH: Final = re.compile(r"[/\\]")
_UNSAFE: Final = re.compile(r"[<>:\"|?*]")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
# No table of the machine's own: the same mail reads the same everywhere.
_TYPES: Final = mimetypes.MimeTypes(filenames=())


def safe_filename(stated: str | None, media_type: str, number: str) -> str:
    """Return a name without folders, control or direction marks, that Windows takes too."""
    name = _PATH.split(stated or "")[-1]
    # Cc and Cf: control and format characters, among them those that turn "gpj.exe" around.
    name = "".join(
        character for character in name if unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )
    name = _UNSAFE.sub("_", name).strip(" .")
    if _DEVICE.match(name):
        name = "_" + name
    if not name:
        ending = {"message/rfc822": ".eml", "text/plain": ".txt"}.get(
            media_type, _TYPES.guess_extension(media_type) or ""
        )
        name = f"part-{number}{ending}"
    stem, dot, ending = name.rpartition(".")
    if len(name) > MAX_LENGTH:
        name = f"{stem[: MAX_LENGTH - 20]}.{ending[:19]}" if dot else name[:MAX_LENGTH]
    return name
