import base64
import hashlib
from email.message import EmailMessage

import pytest

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ReadingFailed
from archive.confinement.limits import MIB, Limits
from archive.mailbox.values import Address, Message


def read(confinement: Confinement, raw: bytes) -> tuple[Message, dict[str, bytes]]:
    reading = confinement.read("message", raw, media_type="message/rfc822")
    return Message.from_facts(reading.facts), reading.pieces


def letter() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Søren Ærø <soeren@afsender.example>"
    mail["To"] = "arkiv@kommune.example, Ane <ane@kommune.example>"
    mail["Subject"] = "Du får at se på mandag, æøå"
    mail["Date"] = "Sat, 21 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = "<1@afsender.example>"
    mail.set_content("Jeg ved, hvor du bor: https://eksempel.example/a?b=1.\n")
    return mail


def test_an_ordinary_mail_is_told_whole(confinement: Confinement) -> None:
    message, pieces = read(confinement, letter().as_bytes())

    assert message.how == "received"
    assert message.complete
    assert message.from_ == (Address("Søren Ærø", "soeren@afsender.example"),)
    assert [address.address for address in message.to] == [
        "arkiv@kommune.example",
        "ane@kommune.example",
    ]
    assert message.subject == "Du får at se på mandag, æøå"
    assert message.date is not None
    assert message.date.written == "Sat, 21 Nov 2026 10:00:00 +0100"
    assert message.date.understood == "2026-11-21T09:00:00+00:00"
    assert message.text == "Jeg ved, hvor du bor: https://eksempel.example/a?b=1.\n"
    assert [(link.url, link.where) for link in message.links] == [
        ("https://eksempel.example/a?b=1", "text")
    ]
    assert message.defects == ()
    assert not pieces
    assert not message.automatic


def test_html_becomes_text_and_its_links_are_told(confinement: Confinement) -> None:
    mail = letter()
    mail.add_alternative(
        "<style>p{}</style><p>Hej <b>du</b> &amp; din&nbsp;hund</p><script>x()</script>"
        "<p>Linje<br>to <a href='https://eksempel.example/side?a=1&amp;b=2'>her</a>"
        "<a href='javascript:alert(1)'>nej</a></p>",
        subtype="html",
    )

    message, _ = read(confinement, mail.as_bytes())

    assert message.text_from_html == "Hej du & din\u00a0hund\n\nLinje\nto hernej"
    assert message.html is not None
    assert "<script>" in message.html
    assert [link.url for link in message.links if link.where == "html"] == [
        "https://eksempel.example/side?a=1&b=2"
    ]


def test_attachments_come_out_as_bytes_with_their_digest(confinement: Confinement) -> None:
    mail = letter()
    mail.add_attachment(
        b"\x89PNG" + bytes(range(256)), maintype="image", subtype="png", filename="trussel æ.png"
    )
    mail.add_attachment("note", filename="../../etc/passwd")

    message, pieces = read(confinement, mail.as_bytes())

    picture, note = message.attachments
    assert picture.piece is not None
    assert pieces[picture.piece] == b"\x89PNG" + bytes(range(256))
    assert picture.sha256 == hashlib.sha256(pieces[picture.piece]).hexdigest()
    assert (picture.filename, picture.media_type, picture.size) == (
        "trussel æ.png",
        "image/png",
        260,
    )
    assert (note.filename, note.stated_filename) == ("passwd", "../../etc/passwd")
    assert message.text == "Jeg ved, hvor du bor: https://eksempel.example/a?b=1.\n"


# Folding, spacing and line ends that a program which parses and writes again would change.
ODD = (
    b"Received: by x;\r\n\tSat, 21 Nov 2026 09:00:00 +0000\r\nFROM:bo@afsender.example\r\n"
    b"Subject:   d\xf8  \r\nContent-Type: multipart/mixed;boundary=inner\r\n\r\npreamble\r\n"
    b"--inner\r\n\r\nDu skal passe p\xe5\r\n--inner--\r\nepilogue\r\n"
)


@pytest.mark.parametrize("encoding", [b"", b"Content-Transfer-Encoding: 8bit\r\n", b"base64"])
def test_an_attached_mail_is_cut_out_as_it_stands(
    confinement: Confinement, encoding: bytes
) -> None:
    body = ODD
    if encoding == b"base64":
        encoding = b"Content-Transfer-Encoding: base64\r\n"
        body = base64.encodebytes(ODD).replace(b"\n", b"\r\n").rstrip()
    raw = (
        b"From: ane@kommune.example\r\nSubject: VS\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="outer"\r\n\r\n--outer\r\n\r\nSe her\r\n'
        b"--outer\r\nContent-Type: message/rfc822\r\n"
        + encoding
        + b"\r\n"
        + body
        + b"\r\n--outer--\r\n"
    )

    message, pieces = read(confinement, raw)

    assert pieces == {"attachment-1.2": ODD}
    original = message.originals[0]
    assert original.how == "attached"
    assert original.from_[0].address == "bo@afsender.example"
    assert original.subject == "dø"
    assert original.text == "Du skal passe på"
    assert message.text == "Se her"


@pytest.mark.parametrize(
    ("media_type", "filename"),
    [
        ("application/octet-stream", "Din afgørelse.eml"),
        ("application/octet-stream", None),
        ("application/x-eml", "mail"),
        ("text/plain", "gemt.EML"),
        ("message/global", None),
    ],
)
def test_a_mail_attached_as_a_mere_file_is_an_original_too(
    confinement: Confinement, media_type: str, filename: str | None
) -> None:
    mail = letter()
    main, _, sub = media_type.partition("/")
    part = EmailMessage()
    part.set_content(ODD, maintype="application", subtype=sub)
    part.replace_header("Content-Type", f"{main}/{sub}")
    mail.make_mixed()
    mail.attach(part)
    if filename is not None:
        part.add_header("Content-Disposition", "attachment", filename=filename)

    message, pieces = read(confinement, mail.as_bytes())

    assert pieces == {"attachment-1.2": ODD}
    [original] = message.originals
    assert (original.how, original.from_[0].address) == ("attached", "bo@afsender.example")
    assert message.attachments[0].media_type == media_type


@pytest.mark.parametrize(
    ("media_type", "filename", "data"),
    [
        ("application/octet-stream", "brev.eml", b"%PDF-1.7\n%\xe2\xe3\n"),
        ("application/octet-stream", "data.bin", b"\0\1\2"),
        ("text/plain", "log.txt", ODD),
    ],
)
def test_a_file_that_is_no_mail_is_no_original(
    confinement: Confinement, media_type: str, filename: str, data: bytes
) -> None:
    mail = letter()
    main, _, sub = media_type.partition("/")
    mail.add_attachment(data, maintype="application", subtype="pdf", filename=filename)
    next(mail.iter_attachments()).set_type(f"{main}/{sub}")

    message, pieces = read(confinement, mail.as_bytes())

    assert (message.originals, list(pieces.values())) == ((), [data])


def test_a_typed_forward_is_told_as_typed(confinement: Confinement) -> None:
    mail = letter()
    mail.set_content(
        "Se her\n\nFra: Bo <bo@afsender.example>\nSendt: 3. februar 2021 09:00\n"
        "Til: Ane <ane@kommune.example>\nEmne: Hej\n\nDu skal passe på\n"
    )
    mail.replace_header("Subject", "VS: Hej")

    message, _ = read(confinement, mail.as_bytes())

    assert message.forward is not None
    assert message.forward.from_address == "bo@afsender.example"
    assert message.forward.body == "Du skal passe på"
    assert message.from_[0].address == "soeren@afsender.example"


def test_a_forward_in_html_alone_is_told(confinement: Confinement) -> None:
    mail = EmailMessage()
    mail["Subject"] = "VS: Hej"
    mail.set_content(
        "<p>Se her</p><hr><div id='divRplyFwdMsg'><b>Fra:</b> Bo &lt;bo@afsender.example&gt;<br>"
        "<b>Sendt:</b> 3. februar 2021 09:00<br><b>Til:</b> Ane<br><b>Emne:</b> Hej</div>"
        "<div><p>Du skal passe på</p></div>",
        subtype="html",
    )

    message, _ = read(confinement, mail.as_bytes())

    assert message.forward is not None
    assert message.forward.body == "Du skal passe på"


@pytest.mark.parametrize(
    ("field", "automatic"),
    [
        (b"Auto-Submitted: auto-replied", True),
        (b"Auto-Submitted: auto-generated (rejected)", True),
        (b"Auto-Submitted: no", False),
        (b"List-Id: <x.example>", True),
        (b"Precedence: bulk", True),
        (b"Return-Path: <>", True),
        (b"Return-Path: <a@b.example>", False),
    ],
)
def test_mail_that_a_program_sent_is_known(
    confinement: Confinement, field: bytes, *, automatic: bool
) -> None:
    message, _ = read(confinement, b"From: a@b.example\r\n" + field + b"\r\n\r\nhej\r\n")

    assert message.automatic is automatic


@pytest.mark.parametrize(
    ("charset", "data", "text", "certain"),
    [
        ("iso-8859-1", "blåbær".encode("latin-1"), "blåbær", True),
        ("utf-8", "blåbær".encode(), "blåbær", True),
        ("utf-8", "blåbær".encode("latin-1"), "blåbær", False),
        ("us-ascii", "blåbær".encode(), "blåbær", True),
        ("x-unknown", "blåbær".encode("latin-1"), "blåbær", False),
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום", True),
        ("windows-1251", "угроза".encode("cp1251"), "угроза", True),
        ("unicode_escape", rb"\u0041", r"\u0041", False),
        ("idna", b"xn--a", "xn--a", False),
        ("zlib", b"x\x9c", "xœ", False),
        ("utf-16", "hej".encode("utf-16"), "hej", True),
    ],
)
def test_text_is_decoded_as_far_as_it_goes_and_doubt_is_said(
    confinement: Confinement, charset: str, data: bytes, text: str, *, certain: bool
) -> None:
    raw = f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()

    message, _ = read(confinement, raw + data)

    assert message.text == text
    assert message.text_certain is certain


def test_bytes_of_no_charset_in_the_header_are_read(confinement: Confinement) -> None:
    message, _ = read(
        confinement,
        b"From: S\xf8ren <s@b.example>\r\nSubject: =?iso-8859-1?Q?Hej_=E6=F8=E5?=\r\n"
        b" =?x-unknown?B?w6bDuA==?=\r\n"
        b"To: =?utf-8?q?=0D=0ABcc=3A_x=40y=2Eexample?= <t@b.example>\r\n\r\n",
    )

    assert message.from_ == (Address("Søren", "s@b.example"),)
    assert message.subject == "Hej æøåæø"
    assert message.to == (Address("Bcc: x@y.example", "t@b.example"),)


def test_a_child_that_is_not_ours_is_not_believed() -> None:
    with pytest.raises(ValueError, match="not the facts"):
        Message.from_facts({"subject": ["no", "text"]})


def test_a_reading_that_fails_midway_keeps_the_header_and_the_text(
    confinement: Confinement,
) -> None:
    mail = letter()
    mail.add_attachment(b"x" * 3 * MIB, maintype="application", subtype="x", filename="stor.bin")

    with pytest.raises(ReadingFailed) as failed:
        confinement.read("message", mail.as_bytes(), limits=Limits(output=MIB))

    message = Message.from_facts(failed.value.reading.facts)
    assert failed.value.reason == "too_much_output"
    assert message.from_[0].name == "Søren Ærø"
    assert message.text == "Jeg ved, hvor du bor: https://eksempel.example/a?b=1.\n"
    assert not message.complete
