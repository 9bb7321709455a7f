"""A Bilagshæfte is archival and accessible, says what it must, and no text can make it fail."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from service.documents.compiling import Plainness
from service.documents.compiling import printed as press
from service.documents.order import Order
from service.documents.values import Attached, Channel, Digest, Proof, Seen
from service.documents.wording import Wording
from tests.service.documents.booklets import (
    SHA,
    THREAT,
    annex,
    booklet,
    pages_of,
    picture,
    printed,
    text_of,
    together,
)

MARKS = "http://www.aiim.org/pdf{}/ns/id/"
HOSTILE = "\n".join(
    (
        '#set page(width: 1cm)\n#image("/etc/passwd") #import "@preview/x:1.0.0" = *a* _b_ `c` $x$',
        "@annex-1 <annex-1> \\ // /* ] } ) #{panic()}",
        "\u202elanigiro\u202c \u0000\u0007\u001b[31m \ud800 \uffff \ufeff",
        "\U000f0000 \u200b\u2028\u2029",
        "مرحبا يا آنا שלום 中文 தமிழ் 😡🔪 👨‍👩‍👧 🇩🇰 1️⃣ ❤️ a\ufe0f q\u20e3 █ ₤ ﷽",
        "H" + "\u0301\u0489" * 60,
        "w" * 10_000,
        "\tind\n\n",
    )
)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def alternatives(element: Any, found: list[str]) -> list[str]:
    """Return the alternative text of every figure in the structure tree."""
    if isinstance(element, pikepdf.Array):
        for child in element:
            alternatives(child, found)
    elif isinstance(element, pikepdf.Dictionary):
        if element.get("/S") == "/Figure":
            found.append(str(element.get("/Alt", "")))
        if "/K" in element:
            alternatives(element.K, found)
    return found


def test_it_is_pdf_a_3_and_pdf_ua_1_in_danish_with_title_tags_and_alternatives() -> None:
    shown = annex(1, channel=Channel.PICTURE, text=None, machine_text=THREAT, pictures=(0,))
    (pdf,) = printed(booklet([shown], images=(picture(600, 1300),)))

    with opened(pdf) as document:
        meta = document.open_metadata()
        assert (meta[f"{{{MARKS.format('a')}}}part"], meta["pdfaid:conformance"]) == ("3", "A")
        assert meta[f"{{{MARKS.format('ua')}}}part"] == "1"
        assert meta["dc:title"] == "Bilagshæfte"
        assert document.Root.Lang == "da-DK"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        (alternative,) = alternatives(document.Root.StructTreeRoot, [])
        assert "bilag 1, bevis D-0001: Billede" in alternative
        assert document.check_pdf_syntax() == []


def test_it_says_everything_that_police_ask_for_first() -> None:
    post = annex(
        2,
        channel=Channel.POST,
        known="captured",
        profile="https://facebook.example/profile.php?id=1000812345",
        account="1000812345",
        address="https://facebook.example/havn/posts/17?comment_id=9",
        address_known="captured",
        digests=(Digest("original", SHA), Digest("picture", SHA[::-1])),
    )
    (pdf,) = printed(booklet([annex(1), post]))
    first, mail, second, last = (together(page) for page in pages_of(pdf))

    for said in (
        "Til Midt- og Vestsjællands Politi",
        "Formål Anmeldelse af trussel",
        "Forhold Der er fremsat en trussel",
        "Alle træffes på arbejdspladsen: Rådhustorvet 1",
        "Anna Holm Socialrådgiver Biblioteket",
        "Gert Vred gert@vred.example",
        "31.1.2027 23:14 CET Mail Anna Holm 1 D-0001",
    ):
        assert together(said) in first, said
    for said in (
        "31. januar 2027 kl. 23.14.03 dansk tid (22:14:03 UTC) (i den vedhæftede original)",
        "Set af Mette Leder (1.2.2027 09:14 CET)",
        THREAT,
        SHA,
    ):
        assert together(said) in mail, said
    for said in (
        "Profilens id 1000812345 ",
        "Opslagets egen adresse https://facebook.example/havn/posts/17?comment_id=9",
        "set af vores egen sikring",
        SHA[::-1],
    ):
        assert together(said) in second, said
    for said in (
        "certutil -hashfile FILNAVN SHA256",
        "python3 check.py",
        "b2f1 8c33",
        "tsa.example",
    ):
        assert together(said) in last, said


@pytest.mark.parametrize(
    ("language", "said"), [("nb", "Bilagshefte"), ("en", "Booklet of annexes")]
)
def test_it_speaks_the_language_that_is_set(language: str, said: str) -> None:
    (pdf,) = printed(booklet([annex()]), language)

    assert together(said) in text_of(pdf)
    with opened(pdf) as document:
        assert str(document.Root.Lang).startswith(language)


def test_no_text_acts_or_makes_it_fail_wherever_it_stands() -> None:
    worst = annex(
        1,
        evidence="D-0001",
        name=HOSTILE,
        author=HOSTILE,
        profile=HOSTILE,
        account=HOSTILE,
        address=HOSTILE,
        subject=HOSTILE,
        note=HOSTILE,
        text=HOSTILE,
        machine_text=HOSTILE,
        directed_at=(HOSTILE,),
    )
    (pdf,) = printed(booklet([worst], recipient=HOSTILE, purpose=HOSTILE, made_by=HOSTILE))
    text = text_of(pdf)

    assert together('#image("/etc/passwd")#import"@preview/x:1.0.0"=*a*_b_`c`$x$') in text
    assert "root:" not in text
    assert "[U+202E]lanigiro" in text
    assert "U+4E2D]" in text
    # Twice in full; a page that ends in the middle of it says its foot and its head there.
    assert text.count("w") > 20_000
    with opened(pdf) as document:
        assert [float(one) for one in document.pages[0].MediaBox][2:] == pytest.approx(
            [595.28, 841.89], abs=1
        )


def test_nothing_at_all_and_nothing_outside_are_said_plainly() -> None:
    bare = booklet([], case=None, concerned=(), workplace=False, accounts=(), offence=())
    (pdf,) = printed(replace(bare, proof=Proof("b2f1", 0, SHA)))
    text = text_of(pdf)

    assert together("Der er intet at vise.") in text
    assert together("Chikane af medarbejdere") in text
    assert together("beviser loggen ikke noget over for kommunen selv") in text


def test_a_missing_and_a_broken_picture_leave_words_in_their_place() -> None:
    images = (b"no picture", picture(800, 600)[:500], picture(40, 9000, "PNG"))
    shown = annex(1, channel=Channel.PAGE, pictures=(None, 0, 1, 2))
    (pdf,) = printed(booklet([shown], images=images))

    text = text_of(pdf)
    assert text.count(together("Et billede kan ikke vises her. Det er i originalen, D-0001.")) == 3
    assert together("Stykke 6 af 6, oppefra. Det fortsætter; det hele er i originalen.") in text


def test_a_text_of_megabytes_is_cut_and_says_where_the_rest_is() -> None:
    (pdf,) = printed(booklet([annex(1, text="ord og ord igen\n" * 200_000)]))

    assert together("hele teksten er i originalen, D-0001") in text_of(pdf)


def test_parts_stay_below_the_size_and_each_says_which_it_is() -> None:
    images = [picture(800, 600, noisy=True) for _ in range(5)]
    annexes = [annex(at + 1, channel=Channel.PICTURE, pictures=(at,)) for at in range(len(images))]
    parts = printed(booklet(annexes, images=images), most_bytes=600_000)

    assert len(parts) > 1
    assert all(len(part) <= 600_000 for part in parts)
    for number, part in enumerate(parts, 1):
        assert together(f"Del {number} af {len(parts)}") in text_of(part)
        # Every part lists all of them, and says where each is.
        assert together("D-0005") in together(pages_of(part)[0])
    shown = [page for part in parts for page in pages_of(part) if page.count("Slået op") == 1]
    assert len(shown) == len(annexes)


def test_an_original_that_is_asked_for_is_inside_unchanged() -> None:
    original = bytes(range(256)) * 40
    file = Attached("D-0001.bin", "application/octet-stream", 0)
    (pdf,) = printed(booklet([annex(1, attached=(file,))], images=(original,)))

    with opened(pdf) as document:
        assert document.attachments["D-0001.bin"].get_file().read_bytes() == original
        assert document.Root.AF[0].AFRelationship == "/Source"


def test_the_same_values_give_the_same_bytes() -> None:
    what = booklet([annex(1, pictures=(0,))], images=(picture(300, 200),))

    assert printed(what) == printed(what)


def test_what_typst_refuses_comes_out_more_plainly_rather_than_not_at_all() -> None:
    """A character that no font has: `showable` lets none through, so it goes round it here."""
    wording = Wording("da")
    what = booklet([annex()])
    data = wording.data(what)
    data["subtitle"] = ["\u4e2d\u6587 stadig her"]
    order = Order(
        "appendix.typ", data, [wording.annex(annex())], what.made_at.isoformat(), "", "", "", 0
    )

    made = press(order, [], lambda _done: None)
    (pdf,) = made.parts

    assert made.without is Plainness.LETTERS
    assert together("?? stadig her") in text_of(pdf)
    assert together(THREAT) in text_of(pdf)


def test_every_moment_in_a_table_has_its_zone() -> None:
    summer, winter = (
        datetime(2026, 7, 1, 12, 5, tzinfo=UTC),
        datetime(2026, 12, 1, 12, 5, tzinfo=UTC),
    )
    seen = Seen("Karen Fuglsang", winter)
    pieces = [
        annex(1, stated=None, captured_at=None, received_at=summer, seen_by=(seen,)),
        annex(2, stated=None, captured_at=None, received_at=winter),
    ]

    told = text_of(printed(booklet(pieces))[0])

    assert together("1.7.2026 14:05 CEST") in told
    assert together("1.12.2026 13:05 CET") in told
    assert together("Karen Fuglsang (1.12.2026 13:05 CET)") in told


def test_nothing_stands_for_a_recipient_whom_nobody_named() -> None:
    named = [fact["name"] for fact in Wording("da").data(booklet())["front"]]
    unnamed = [
        fact["name"] for fact in Wording("da").data(booklet(recipient="", purpose=""))["front"]
    ]

    assert named[:2] == ["Til", "Formål"]
    assert unnamed == named[2:]
