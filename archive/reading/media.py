"""Sound and film: how long, in which form, when it says it was made; nothing is played.

MediaInfo reads through the stream once; a film's pictures are not decoded, so
there is no still: the programs that make one bring codecs under patents and
licences that we do not ship.
"""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from pymediainfo import MediaInfo

from archive.reading.parameters import size_in
from archive.reading.streams import Forward

_MOST_TRACKS: Final = 50
_LONGEST: Final = 200
_GENERAL: Final = {
    "format": "format",
    "duration": "duration",
    "overall_bit_rate": "bits_per_second",
}
_STATED: Final = {
    "encoded_date": "made",
    "tagged_date": "changed",
    "recorded_date": "recorded",
    "comapplequicktimecreationdate": "taken",
    "comapplequicktimemake": "make",
    "comapplequicktimemodel": "model",
    "comapplequicktimesoftware": "software",
    "writing_application": "program",
    "title": "title",
    "performer": "performer",
}
_TRACK: Final = {
    "format": "format",
    "duration": "duration",
    "width": "width",
    "height": "height",
    "rotation": "rotation",
    "frame_rate": "frames_per_second",
    "channel_s": "channels",
    "sampling_rate": "samples_per_second",
    "language": "language",
}


def read_media(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the facts of a sound or film.

    Facts: `format`, `duration` (seconds), `bits_per_second`, `tracks` (`kind`,
    `format`, `width`, `height`, `channels` …), `width` and `height` of the first
    film track, `stated` (what the file says of its making).
    """
    size = size_in(media_type)
    stream: Any = _measured(source) if size is None else Forward(source, size)
    found = MediaInfo.parse(stream, parse_speed=0.3, buffer_size=256 * 1024)
    tracks = [track.to_data() for track in found.tracks[: _MOST_TRACKS + 1]]
    general = next((track for track in tracks if track.get("track_type") == "General"), {})
    facts = _picked(general, _GENERAL)
    stated = _picked(general, _STATED)
    listed = [
        {"kind": str(track["track_type"]).lower()} | _picked(track, _TRACK)
        for track in tracks
        if track.get("track_type") in ("Video", "Audio", "Text", "Image")
    ]
    film = next((track for track in listed if track["kind"] == "video"), {})
    yield facts | {
        "tracks": listed,
        "stated": {name: str(value)[:_LONGEST] for name, value in stated.items()},
        **{name: film[name] for name in ("width", "height") if name in film},
        "text_state": "no_text",
    }
    if not listed:
        raise ValueError("neither sound nor film in it")


def _measured(source: BinaryIO) -> Forward:
    """Return a stream whose size nobody has told: all of it is held."""
    data = source.read()
    return Forward(io.BytesIO(data), len(data))


def _picked(track: dict[str, Any], wanted: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, name in wanted.items():
        value = track.get(key)
        if value is None:
            continue
        if name == "duration":
            value = _seconds(value)
        elif isinstance(value, str):
            value = value[:_LONGEST]
        if value is not None:
            found[name] = value
    return found


def _seconds(milliseconds: object) -> float | None:
    try:
        return round(float(str(milliseconds)) / 1000, 3)
    except ValueError:
        return None
