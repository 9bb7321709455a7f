"""PDF and office files, rich text, web pages and drawings: their text and what they hide."""

import io
import zipfile

import pytest
from PIL import Image

from archive.confinement.confinement import Confinement
from archive.confinement.frames import Reading
from archive.confinement.limits import Limits
from tests.archive.reading.hostile import by_name, one_page, pdf
from tests.archive.reading.screenshots import Look, accuracy, made

WORDS = "Du får kærligheden at føle, Åse"


def package(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made_up:
        for name, data in parts.items():
            made_up.writestr(
                name.replace("__", "/") if name != "types" else "[Content_Types].xml", data
            )
    return out.getvalue()


def docx() -> bytes:
    return package(
        **{
            "types": "<Types/>",
            "word__document.xml": (
                '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Du får </w:t></w:r>'
                "<w:r><w:t>kærligheden at føle, Åse</w:t></w:r></w:p>"
                "<w:p><w:r><w:t>En</w:t><w:tab/><w:t>to</w:t><w:br/><w:t>tre</w:t></w:r></w:p>"
                '<w:p><w:instrText>HYPERLINK "x"</w:instrText></w:p></w:body></w:document>'
            ),
            "word__footnotes.xml": '<w:f xmlns:w="w"><w:p><w:t>Fodnote</w:t></w:p></w:f>',
        }
    )


def xlsx() -> bytes:
    return package(
        **{
            "types": "<Types/>",
            "xl__sharedStrings.xml": (
                f"<sst><si><t>{WORDS}</t></si><si><r><t>a</t></r><r><t>b</t></r></si></sst>"
            ),
            "xl__worksheets__sheet1.xml": (
                "<worksheet><sheetData><row><c t='s'><v>0</v></c><c><v>17</v></c></row>"
                "<row><c t='s'><v>1</v></c><c t='inlineStr'><is><t>inde</t></is></c>"
                "<c t='s'><v>99</v></c></row></sheetData></worksheet>"
            ),
        }
    )


def pptx() -> bytes:
    slide = '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>'
    return package(
        **{
            "types": "<Types/>",
            "ppt__slides__slide10.xml": slide.format("Sidst"),
            "ppt__slides__slide2.xml": slide.format(WORDS),
        }
    )


def odt() -> bytes:
    body = (
        '<o xmlns:text="t"><text:h>Overskrift</text:h>'
        f'<text:p>{WORDS}<text:s text:c="3"/>x</text:p></o>'
    )
    return package(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": body})


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (docx, "docx", f"{WORDS}\nEn\tto\ntre\n\nFodnote"),
        (xlsx, "xlsx", f"{WORDS}\t17\nab\tinde"),
        (pptx, "pptx", f"{WORDS}\n\nSidst"),
        (odt, "odf", f"Overskrift\n{WORDS}   x"),
    ],
)
def test_an_office_file_gives_its_text_in_order(
    confinement: Confinement, make: object, kind: str, text: str
) -> None:
    facts = confinement.read("package", make()).facts  # type: ignore[operator]  # one of the four above

    assert (facts["format"], facts["text"], facts["text_complete"]) == (kind, text, True)


@pytest.mark.parametrize("name", ["latter.docx", "udefra.docx", "dyb.docx", "bombe.xlsx"])
def test_an_office_file_with_entities_or_without_end_is_broken_and_harms_nothing(
    confinement: Confinement, name: str
) -> None:
    facts = confinement.read("package", by_name()[name]).facts

    assert facts["text_state"] == "broken"
    assert "root:" not in str(facts)


def test_a_document_of_endless_text_is_cut_where_it_is_long_enough(
    confinement: Confinement,
) -> None:
    facts = confinement.read("package", by_name()["bombe.docx"]).facts

    assert facts["text_complete"] is False
    assert len(facts["text"]) <= 2_000_000


def test_rich_text_is_read_in_its_own_letters(confinement: Confinement) -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator Hidden;}"
        rb"Du f\'e5r k\u230?rligheden\par at \b f\'f8le\b0, {\uc2\u197 xxse}\line \{ok\}}"
    )

    facts = confinement.read("rich_text", rtf).facts

    assert facts["text"] == "Du får kærligheden\nat føle, Åse\n{ok}"


def test_rich_text_keeps_what_lies_beyond_sixteen_bits(confinement: Confinement) -> None:
    rtf = rb"{\rtf1\ansi Vi ses \u-10179?\u-8694?! {\u55357 ?}{\u56842 ?} \u-10179? alene}"

    facts = confinement.read("rich_text", rtf).facts

    assert facts["text"] == "Vi ses 😊! 😊 � alene"
    assert facts["complete"] is True


def test_a_page_says_what_it_says_and_that_it_holds_a_script(confinement: Confinement) -> None:
    page = f"<!doctype html><p>{WORDS}</p><script>alert(1)</script>".encode()

    facts = confinement.read("markup", page, media_type="text/html").facts

    assert facts["text"].strip() == WORDS
    assert facts["active"] is True


def test_a_drawing_gives_its_words_and_no_script(confinement: Confinement) -> None:
    facts = confinement.read("markup", by_name()["script.svg"], media_type="image/svg+xml").facts

    assert facts["text"] == "hej"
    assert facts["active"] is True


def test_a_pdf_gives_pages_text_and_a_picture_of_the_first(confinement: Confinement) -> None:
    reading = confinement.read("pdf", one_page(b"BT /F1 24 Tf 20 40 Td (Hej med dig) Tj ET"))

    assert reading.facts["text"] == "Hej med dig"
    assert (reading.facts["pages"], reading.facts["encrypted"]) == (1, False)
    assert reading.facts["pages_without_text"] == []
    with Image.open(io.BytesIO(reading.pieces["preview"])) as preview:
        assert max(preview.size) == 1600
        assert preview.convert("L").getextrema() == (0, 255)


def test_scripts_in_a_pdf_are_counted_and_not_run(confinement: Confinement) -> None:
    names = b"<</JavaScript<</Names[(a) 6 0 R]>>>>"
    script = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"
    data = pdf(
        b"<</Type/Catalog/Pages 2 0 R/Names 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        names,
        b"null",
        script,
    )

    assert confinement.read("pdf", data).facts["scripts"] == 1


def scanned() -> tuple[bytes, str]:
    """A document of two pictures of pages, the second blank, as a scanner makes it."""
    shot = made(Look(comments=2, kind="JPEG"), 1)
    page = Image.open(io.BytesIO(shot.data)).convert("RGB")
    out = io.BytesIO()
    blank = Image.new("RGB", (400, 300), "white")
    page.save(out, "PDF", save_all=True, append_images=[blank], resolution=150)
    return out.getvalue(), shot.text


def test_the_pages_of_a_scanner_are_read_as_pictures(confinement: Confinement) -> None:
    data, text = scanned()

    quick = confinement.read("pdf", data).facts
    slow = confinement.read("page_text", data, limits=Limits(cpu_seconds=60)).facts

    assert (quick["text_state"], quick["pages_without_text"]) == ("no_text", [0, 1])
    assert (slow["scanned_pages"], slow["scanned_pages_read"]) == (2, 2)
    assert accuracy(slow["page-0"]["text"], text) > 0.95
    assert slow["page-1"]["text_state"] == "no_text"


def test_a_locked_pdf_says_so(confinement: Confinement) -> None:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(one_page(b"BT /F1 9 Tf (x) Tj ET"))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))

    reading: Reading = confinement.read("pdf", out.getvalue())

    assert reading.facts == {"encrypted": True, "text_state": "encrypted"}
