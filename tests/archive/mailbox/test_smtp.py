import errno
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.errors import StorageFull
from archive.mailbox.errors import DoorNotOpen, NotAcceptedNow
from archive.mailbox.smtp import DoorLimits, Envelope, SmtpDoor
from tests.archive.mailbox.certificates import self_signed

ADDRESS = "arkiv@vaern.example"
MAIL = b"From: a@b.example\r\nSubject: hej\r\n\r\n..punktum\r\n\xe6\xf8\xe5\r\n"


class Keeper:
    """Keeps what it is given, on this side of the door."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []

    def __call__(self, envelope: Envelope) -> None:
        self.kept.append(envelope)


@contextmanager
def door(accept: Callable[[Envelope], Any], **options: Any) -> Iterator[SmtpDoor]:
    with SmtpDoor("127.0.0.1", 0, accept=accept, archive_address=ADDRESS, **options) as opened:
        yield opened


@contextmanager
def client(opened: SmtpDoor) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(*opened.address, timeout=20) as connection:
        yield connection


def talk(opened: SmtpDoor, *lines: bytes) -> list[bytes]:
    """Say lines and return the answers, one after the other, as a raw client would."""
    answers = []
    with socket.create_connection(opened.address, timeout=20) as connection:
        stream = connection.makefile("rb")
        stream.readline()
        for line in lines:
            connection.sendall(line)
            answer = stream.readline()
            while answer[3:4] == b"-":
                answer = stream.readline()
            answers.append(answer)
    return answers


BEGIN = (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", f"RCPT TO:<{ADDRESS}>\r\n".encode())


def test_every_byte_and_the_envelope_are_handed_on() -> None:
    keeper = Keeper()
    with door(keeper) as opened, client(opened) as connection:
        connection.ehlo("gateway.example")
        connection.sendmail("Ane@b.example", ["Arkiv+Tok-1.x@VAERN.example"], MAIL)

    assert len(keeper.kept) == 1
    envelope = keeper.kept[0]
    assert envelope.content == MAIL
    assert envelope.mail_from == "Ane@b.example"
    assert envelope.recipients == ("Arkiv+Tok-1.x@VAERN.example",)
    assert envelope.tokens == ("Tok-1.x",)
    assert (envelope.peer, envelope.helo, envelope.encrypted) == (
        "127.0.0.1",
        "gateway.example",
        False,
    )


def test_the_null_sender_of_a_bounce_is_taken() -> None:
    keeper = Keeper()
    with door(keeper) as opened, client(opened) as connection:
        connection.sendmail("", [ADDRESS], MAIL)

    assert keeper.kept[0].mail_from == ""


def test_addresses_with_danish_letters_are_taken() -> None:
    keeper = Keeper()
    with door(keeper) as opened, client(opened) as connection:
        connection.sendmail("søren@blåbær.example", [ADDRESS], MAIL, mail_options=["SMTPUTF8"])

    assert keeper.kept[0].mail_from == "søren@blåbær.example"


@pytest.mark.parametrize(
    "address",
    [
        "other@vaern.example",
        "arkiv@other.example",
        "arkiv",
        "arkiv+tok/en@vaern.example",
        "arkiv+" + "x" * 201 + "@vaern.example",
        "x@arkiv@vaern.example.org",
    ],
)
def test_mail_for_others_is_refused(address: str) -> None:
    keeper = Keeper()
    with (
        door(keeper) as opened,
        client(opened) as connection,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        connection.sendmail("a@b.example", [address], MAIL)

    assert {code for code, _ in refused.value.recipients.values()} <= {550, 553}
    assert not keeper.kept


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (StorageFull(), 452),
        (OSError(errno.ENOSPC, "no room"), 452),
        (OSError(errno.EIO, "broken"), 451),
        (NotAcceptedNow(), 452),
        (RuntimeError("secret name of Ane"), 451),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_a_mail_that_is_not_safe_is_not_acknowledged(
    failure: Exception, code: int, *, later: bool
) -> None:
    def accept(_: Envelope) -> Future[None] | None:
        if not later:
            raise failure
        future: Future[None] = Future()
        future.set_exception(failure)
        return future

    with (
        door(accept) as opened,
        client(opened) as connection,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        connection.sendmail("a@b.example", [ADDRESS], MAIL)

    assert refused.value.smtp_code == code
    assert b"Ane" not in refused.value.smtp_error


def test_the_answer_waits_until_the_mail_is_durable() -> None:
    durable: Future[None] = Future()
    asked = threading.Event()

    def accept(_: Envelope) -> Future[None]:
        asked.set()
        return durable

    with door(accept) as opened, ThreadPoolExecutor(1) as threads, client(opened) as connection:
        sending = threads.submit(connection.sendmail, "a@b.example", [ADDRESS], MAIL)
        assert asked.wait(20)
        assert not sending.done()
        durable.set_result(None)
        assert sending.result(20) == {}


def test_one_who_waits_delays_no_other() -> None:
    gate = threading.Event()
    keeper = Keeper()

    def accept(envelope: Envelope) -> None:
        if envelope.mail_from == "slow@b.example":
            gate.wait(20)
        keeper(envelope)

    with (
        door(accept) as opened,
        ThreadPoolExecutor(1) as threads,
        client(opened) as slow,
        client(opened) as quick,
    ):
        waiting = threads.submit(slow.sendmail, "slow@b.example", [ADDRESS], MAIL)
        quick.sendmail("quick@b.example", [ADDRESS], MAIL)
        assert [envelope.mail_from for envelope in keeper.kept] == ["quick@b.example"]
        gate.set()
        waiting.result(20)
    assert len(keeper.kept) == 2


def test_a_sender_who_hangs_up_does_not_stop_the_keeping() -> None:
    gate, asked, done = threading.Event(), threading.Event(), threading.Event()

    def accept(_: Envelope) -> None:
        asked.set()
        gate.wait(20)
        done.set()

    with door(accept) as opened:
        with socket.create_connection(opened.address, timeout=20) as connection:
            stream = connection.makefile("rb")
            stream.readline()
            for line in BEGIN:
                connection.sendall(line)
                while stream.readline()[3:4] == b"-":
                    pass
            connection.sendall(b"DATA\r\n")
            stream.readline()
            connection.sendall(MAIL + b".\r\n")
            assert asked.wait(20)
        gate.set()
        assert done.wait(20)


def test_a_mail_too_large_is_refused_before_and_after() -> None:
    keeper = Keeper()
    with door(keeper, limits=DoorLimits(size=1000)) as opened:
        stated = talk(opened, b"EHLO x\r\n", b"MAIL FROM:<a@b.example> SIZE=1001\r\n")
        unstated = talk(opened, *BEGIN, b"DATA\r\n", b"x\r\n" * 400 + b".\r\n", b"NOOP\r\n")

    assert stated[-1].startswith(b"552")
    assert unstated[-2].startswith(b"552")
    assert unstated[-1].startswith(b"250")
    assert not keeper.kept


def test_a_long_line_is_taken() -> None:
    keeper = Keeper()
    long = b"Subject: x\r\n\r\n" + b"x" * 200_000 + b"\r\n"
    with door(keeper) as opened, client(opened) as connection:
        connection.sendmail("a@b.example", [ADDRESS], long)

    assert keeper.kept[0].content == long


SMUGGLED = b"MAIL FROM:<boss@b.example>\r\nRCPT TO:<" + ADDRESS.encode() + b">\r\nDATA\r\nhaha\r\n"


@pytest.mark.parametrize(
    "sequence", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\r.\r", b"\n\n.\r\r\n"]
)
def test_no_sequence_smuggles_a_second_mail(sequence: bytes) -> None:
    keeper = Keeper()
    with door(keeper) as opened:
        answers = talk(
            opened, *BEGIN, b"DATA\r\n", b"hej" + sequence + SMUGGLED + b"\r\n.\r\n", b"NOOP\r\n"
        )

    assert answers[-2].startswith(b"554")
    assert answers[-1].startswith(b"250")
    assert not keeper.kept


def test_two_mails_on_one_connection_stay_two() -> None:
    keeper = Keeper()
    with door(keeper) as opened, client(opened) as connection:
        connection.sendmail("a@b.example", [ADDRESS], b"Subject: 1\r\n\r\n")
        connection.sendmail("a@b.example", [ADDRESS], b"Subject: 2\r\n\r\n")

    assert [envelope.content[:10] for envelope in keeper.kept] == [b"Subject: 1", b"Subject: 2"]


def test_nobody_learns_who_exists_and_nobody_signs_in() -> None:
    with door(Keeper()) as opened:
        answers = talk(
            opened,
            b"EHLO x\r\n",
            f"VRFY {ADDRESS}\r\n".encode(),
            b"VRFY other@vaern.example\r\n",
            b"EXPN list\r\n",
            b"AUTH PLAIN AGEAYg==\r\n",
            b"\xff\xfe\r\n",
            b"X" * 5000 + b"\r\n",
        )

    assert answers[1] == answers[2]
    assert [answer[:3] for answer in answers[1:]] == [
        b"252",
        b"252",
        b"502",
        b"502",
        b"500",
        b"500",
    ]


def test_one_connection_too_many_is_told_to_come_again() -> None:
    with door(Keeper(), limits=DoorLimits(connections=2)) as opened:
        with client(opened), client(opened):
            with pytest.raises(smtplib.SMTPConnectError) as refused, client(opened):
                pass
            assert refused.value.smtp_code == 421
        with client(opened) as again:
            assert again.noop()[0] == 250


def test_a_silent_connection_is_closed() -> None:
    with (
        door(Keeper(), limits=DoorLimits(timeout=0.2)) as opened,
        socket.create_connection(opened.address, timeout=20) as connection,
    ):
        stream = connection.makefile("rb")
        assert stream.readline().startswith(b"220")
        assert stream.readline() == b""


def test_a_flood_of_commands_ends() -> None:
    with door(Keeper(), limits=DoorLimits(commands=5)) as opened:
        answers = talk(opened, *[b"NOOP\r\n"] * 6)

    assert answers[-1].startswith(b"421")


def test_too_many_recipients_are_refused_one_by_one() -> None:
    keeper = Keeper()
    with (
        door(keeper, limits=DoorLimits(recipients=2)) as opened,
        client(opened) as connection,
    ):
        refused = connection.sendmail(
            "a@b.example", [f"arkiv+{number}@vaern.example" for number in range(4)], MAIL
        )

    assert len(refused) == 2
    assert keeper.kept[0].tokens == ("0", "1")


def test_stopping_lets_a_mail_under_way_come_to_its_answer() -> None:
    asked, gate = threading.Event(), threading.Event()

    def accept(_: Envelope) -> None:
        asked.set()
        gate.wait(20)

    opened = SmtpDoor("127.0.0.1", 0, accept=accept, archive_address=ADDRESS).start()
    connection = smtplib.SMTP(*opened.address, timeout=20)
    with ThreadPoolExecutor(2) as threads:
        sending = threads.submit(connection.sendmail, "a@b.example", [ADDRESS], MAIL)
        assert asked.wait(20)
        stopping = threads.submit(opened.stop)
        gate.set()
        assert sending.result(20) == {}
        stopping.result(20)
    connection.close()
    with pytest.raises(OSError):  # noqa: PT011 - whichever refusal the kernel chooses
        socket.create_connection(opened.address, timeout=5)


def test_a_taken_port_is_said() -> None:
    with door(Keeper()) as opened:
        second = SmtpDoor(*opened.address, accept=Keeper(), archive_address=ADDRESS)
        with pytest.raises(DoorNotOpen):
            second.start()
        second.stop()


def test_starttls_encrypts_and_is_told(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    self_signed(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.check_hostname = False
    keeper = Keeper()

    with door(keeper, tls=context) as opened, client(opened) as connection:
        connection.starttls(context=trusting)
        connection.sendmail("a@b.example", [ADDRESS], MAIL)

    assert keeper.kept[0].encrypted
    assert keeper.kept[0].content == MAIL
