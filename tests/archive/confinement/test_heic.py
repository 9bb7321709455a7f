"""HEIC, as phones take it: its decoder wants threads, and gets them inside the walls."""

import base64
import io

from PIL import Image

from archive.confinement.confinement import Confinement
from archive.confinement.limits import Limits
from service.casework.evidence.reading_plan import plan_for

# 96 by 64 pixels, white with a red left edge, made by libheif; held upright (orientation 6).
PHOTOGRAPH = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAADUAAgAAAAAB+gABAAAAAAAAADYAAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "4GlwcnAAAADAaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAi"
    "QAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAJaXJvdAMA"
    "AAAYaXBtYQAAAAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAHNtZGF0AAAAMSgBrxmA"
    "w4yQsr5Q3/zsp9nuDlVteGKmKftUvVzAYCJIHeWLv7bCax3k3hYOq/iCJWAAAAAGRXhpZgAATU0AKgAAAAgAAgEP"
    "AAIAAAAGAAAAJgESAAMAAAABAAYAAAAAAABNYWtlcgA="
)


def test_a_photograph_of_a_phone_is_shown_upright(confinement: Confinement) -> None:
    plan = plan_for("image/heic", len(PHOTOGRAPH))
    assert plan is not None

    reading = confinement.read(plan.reader, PHOTOGRAPH, limits=plan.limits)

    assert (reading.facts["format"], reading.facts["upright"]) == ("HEIF", [64, 96])
    assert reading.facts["stated"] == {"make": "Maker"}
    with Image.open(io.BytesIO(reading.pieces["preview"])) as preview:
        colours = preview.convert("RGB")
    assert colours.getpixel((32, 3))[1] < 60  # type: ignore[index]  # red: no green in it
    assert colours.getpixel((32, 90))[1] > 200  # type: ignore[index]  # a colour picture gives tuples


def test_a_child_with_threads_has_no_file_socket_or_process_either(
    confinement: Confinement,
) -> None:
    item = b"/etc/hostname\n1"

    outcomes = confinement.read("try_everything", item, limits=Limits(threads=8)).facts["outcomes"]

    if confinement.layers().seccomp or confinement.layers().landlock:
        outcomes.pop("stat")
    assert "done" not in outcomes.values(), outcomes
