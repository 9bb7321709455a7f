"""Mail made to break a reader: each is told as far as it goes, and none costs its neighbours."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil  # type: ignore[import-untyped]  # the package ships no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ReadingFailed
from archive.confinement.limits import MIB
from archive.mailbox.values import Message

HEAD = b"From: a@b.example\r\nSubject: hej\r\n"


def nested_multiparts(depth: int = 10_000) -> bytes:
    return HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )


def nested_mails(depth: int = 1_000) -> bytes:
    return (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * depth + b"hej\r\n"


def many_parts() -> bytes:
    head = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    return head + b"--x\r\nContent-Type: text/plain\r\n\r\nhej\r\n" * 20_000 + b"--x--\r\n"


def many_fields() -> bytes:
    return HEAD + b"".join(b"X-%d: y\r\n" % number for number in range(50_000)) + b"\r\nhej\r\n"


def one_long_field() -> bytes:
    return HEAD + b"To: " + b"a@b.example, " * 200_000 + b"\r\n\r\nhej\r\n"


def nested_comments() -> bytes:
    return b"Subject: hej\r\nFrom: " + b"(" * 60_000 + b"\r\n\r\nhej\r\n"


def boundary_lines_without_end() -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x" * 1_000_000


def almost_boundaries() -> bytes:
    head = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n"
    return head + b"--y\r\n" * 600_000 + b"--x--\r\n"


def every_part_opens_another() -> bytes:
    part = b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 50_000


def header_without_end() -> bytes:
    return b"From: a@b.example\r\n" + b" folded\r\n" * 500_000


def quoted_address() -> bytes:
    return b'From: a@b.example\r\nSubject: hej\r\nTo: "\r\nCc: (c):\r\n\r\nhej\r\n'


def bracketed_message_id() -> bytes:
    return HEAD + b"Message-ID: <[x]@microsoft.com>\r\n\r\nhej\r\n"


def starred_parameter() -> bytes:
    return HEAD + b"Content-Type: text/plain; name*\r\n\r\nhej\r\n"


def strange_continuations() -> bytes:
    names = b"; ".join(b"name*%d*=utf-8''%%ff" % number for number in range(300))
    return HEAD + b"Content-Type: application/pdf; " + names + b"\r\n\r\nhej\r\n"


def empty_multipart() -> bytes:
    return HEAD + b"Content-Type: multipart/alternative; boundary=\r\n\r\nhej\r\n"


def odd_media_type() -> bytes:
    return HEAD + b"Content-Type: /;;=;\r\n\r\nhej\r\n"


def broken_base64() -> bytes:
    return HEAD + b"Content-Transfer-Encoding: base64\r\n\r\naGVq\r\n=\r\n$$$aGVqa\r\n"


def nul_everywhere() -> bytes:
    return b"From: a\0@b.example\r\nSubject: hej\0\r\n\r\nh\0e\0j\r\n"


def impossible_date() -> bytes:
    return HEAD + b"Date: Thu, 99 Foo 99999999 99:99:99 +9999999\r\n\r\nhej\r\n"


def encoded_words() -> bytes:
    return b"From: a@b.example\r\nSubject: hej " + b"=?utf-8?q?=" * 5_000 + b"\r\n\r\nhej\r\n"


def html_of_unclosed_quotes() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\nhej" + b'<a href="' * 400_000


def html_of_comments() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\nhej" + b"<!--" * 800_000


def html_of_tags() -> bytes:
    return HEAD + b"Content-Type: text/html\r\n\r\nhej" + b"<b>" * 100_000


def labels_without_end() -> bytes:
    return HEAD + b"\r\nhej\r\n" + b"Fra: x\r\nTil: y\r\nEmne: z\r\nDato: w\r\n\r\n" * 10_000


def dashes_without_end() -> bytes:
    return HEAD + b"\r\nhej\r\n" + (b"-" * 300 + b"x\r\n") * 5_000


def long_line_of_colons() -> bytes:
    return HEAD + b"\r\nhej " + b"Fra: a <" * 300_000


def addresses_in_a_forward() -> bytes:
    people = b"a@b.example; " * 200_000
    return (
        HEAD
        + b"\r\nhej\r\n\r\nFra: x@y.example\r\nTil: "
        + people
        + b"\r\nEmne: z\r\nDato: w\r\n\r\nq"
    )


def only_line_breaks() -> bytes:
    return HEAD + b"\r\nhej" + b"\r\n" * 1_000_000


def uuencoded() -> bytes:
    return (
        HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n!!!\r\n\xff\r\nend\r\n"
    )


def nothing() -> bytes:
    return b""


def noise() -> bytes:
    return bytes(range(256)) * 2_000


HOSTILE: tuple[Callable[[], bytes], ...] = (
    nested_multiparts, nested_mails, many_parts, many_fields, one_long_field, nested_comments,
    boundary_lines_without_end, almost_boundaries, every_part_opens_another, header_without_end,
    quoted_address, bracketed_message_id, starred_parameter, strange_continuations,
    empty_multipart, odd_media_type, broken_base64, nul_everywhere, impossible_date, encoded_words,
    html_of_unclosed_quotes, html_of_comments, html_of_tags, labels_without_end,
    dashes_without_end, long_line_of_colons, addresses_in_a_forward, only_line_breaks, uuencoded,
    nothing, noise,
)  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_mail_is_read_to_its_end(
    confinement: Confinement, hostile: Callable[[], bytes]
) -> None:
    message = Message.from_facts(confinement.read("message", hostile()).facts)

    assert message.complete
    if hostile not in (nothing, noise, nested_comments, header_without_end, nul_everywhere):
        assert message.from_[0].address == "a@b.example"
        assert (message.subject or "").startswith("hej")


@pytest.mark.parametrize(
    ("hostile", "defect"),
    [
        (nested_multiparts, "too_deep"),
        (nested_mails, "too_deep"),
        (many_parts, "too_many_parts"),
        (many_fields, "too_many_fields"),
        (one_long_field, "field_too_long"),
        (header_without_end, "header_too_long"),
        (empty_multipart, "no_boundary"),
        (broken_base64, "broken_base64"),
        (impossible_date, "date_not_understood"),
        (nul_everywhere, "nul_in_text"),
        (nothing, "no_header"),
    ],
)
def test_what_was_wrong_is_said(
    confinement: Confinement, hostile: Callable[[], bytes], defect: str
) -> None:
    message = Message.from_facts(confinement.read("message", hostile()).facts)
    seen = {*message.defects}
    original = message
    while original.originals:
        original = original.originals[0]
        seen |= {*original.defects}

    assert defect in seen


def test_reading_hostile_mail_leaves_the_service_as_it_was(confinement: Confinement) -> None:
    items = [hostile() for hostile in HOSTILE]
    confinement.read("message", HEAD)
    before = psutil.Process().memory_info().rss

    def read(item: bytes) -> bool:
        try:
            Message.from_facts(confinement.read("message", item).facts)
        except ReadingFailed:
            return False
        return True

    good = [HEAD + b"\r\nhej %d\r\n" % number for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(read, [*items, *good]))

    assert all(outcomes[len(items) :])
    assert psutil.Process().memory_info().rss - before < 150 * MIB


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(
            [b"From: ", b"a@b.example", b"\r\n", b"\n", b"--x", b"--", b"Content-Type: ",
             b"multipart/mixed; boundary=x", b"message/rfc822", b"text/html", b"; charset=",
             b"=?utf-8?b?", b"?=", b'"', b"<", b">", b"(", b"Subject:", b"\xff", b"\0", b"\r",
             b"Content-Transfer-Encoding: base64", b"Date: 1 Jan 2020", b"Fra: ", b"&#x0;",
             b"<a href=", b"Emne: ", b"Til: ", b"Sendt: ", b"name*0*=", b"%00", b"\xe2\x80\xa8"]
        ),
        max_size=60,
    )
)  # fmt: skip
def test_no_mail_made_of_pieces_of_mail_breaks_the_reader(
    confinement: Confinement, pieces: list[bytes]
) -> None:
    message = Message.from_facts(confinement.read("message", b"".join(pieces)).facts)

    assert message.complete
