"""What the first bytes say a file is. A comparison with known beginnings, not a parser."""

from __future__ import annotations

HEAD_SIZE = 512
UNKNOWN = "application/octet-stream"

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"{\\rtf", "text/rtf"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
)
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
_MAIL_FIELDS = (
    b"received:",
    b"return-path:",
    b"delivered-to:",
    b"from:",
    b"mime-version:",
    b"message-id:",
    b"date:",
    b"subject:",
    b"to:",
    b"dkim-signature:",
    b"authentication-results:",
    b"x-",
    b"arc-",
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}


def media_type_of(head: bytes, filename: str | None = None) -> str:
    """Return the media type that the first bytes show; the name only decides between mail and text.

    Unknown bytes are `application/octet-stream`: everything is kept whatever it is.
    """
    for beginning, media_type in _BEGINNINGS:
        if head.startswith(beginning):
            return media_type
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    return _textual(head, (filename or "").lower())


def _textual(head: bytes, filename: str) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head or b"\x00" in head:
        return UNKNOWN
    if filename.endswith(".eml") or text.startswith(_MAIL_FIELDS):
        return "message/rfc822"
    if text.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return "image/svg+xml"
    try:
        head.decode()
    except UnicodeDecodeError as cut:
        if cut.start < len(head) - 3:
            return UNKNOWN
    return "text/plain"
