import pytest

from archive.confinement.confinement import Confinement
from archive.confinement.plain_text import MAX_BYTES


@pytest.mark.parametrize(
    ("data", "stated", "expected"),
    [
        ("blåbær".encode(), "", ("blåbær", "utf-8", True)),
        ("blåbær".encode("latin-1"), "", ("blåbær", "cp1252", False)),
        ("Łódź".encode("iso-8859-2"), "; charset=iso-8859-2", ("Łódź", "iso8859-2", True)),
        ("blåbær".encode("utf-16"), "", ("blåbær", "utf-16", True)),
        ("blåbær".encode("utf-16-le"), "", ("blåbær", "utf-16-le", False)),
        ("blåbær".encode("utf-16-be"), "; charset=utf-8", ("blåbær", "utf-16-be", False)),
        (b"\xef\xbb\xbfhej", "", ("hej", "utf-8-sig", True)),
        (b"a\x81b\xe5", "; charset=x-unknown", ("a\ufffdb\u00e5", "cp1252", False)),
        (b"a\0b", "", ("a\u2400b", "utf-8", True)),
    ],
)
def test_bytes_become_text_and_doubt_is_said(
    confinement: Confinement, data: bytes, stated: str, expected: tuple[str, str, bool]
) -> None:
    text, charset, certain = expected
    reading = confinement.read("text", data, media_type="text/plain" + stated)

    assert reading.facts == {
        "text": text,
        "charset": charset,
        "charset_certain": certain,
        "complete": True,
    }


def test_a_text_too_long_to_show_is_cut_and_said_to_be(confinement: Confinement) -> None:
    reading = confinement.read("text", b"x" * (MAX_BYTES + 1))

    assert len(reading.facts["text"]) == MAX_BYTES
    assert reading.facts["complete"] is False
