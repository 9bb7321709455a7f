"""Answers of time-stamp authorities: real ones made by `openssl ts`, and every way to forge one."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from archive.ledger.der import NotDer, sorted_certificates
from archive.ledger.stamps import (
    MOST_BYTES,
    Expected,
    Question,
    StampRefused,
    imprint_of,
    judge,
    question,
)
from tests.archive.authority import OTHER_POLICY, POLICY, Authority, found, issue

NOTE = "vaern.example\n7\nroot\n\n— vaern.example æøå\n".encode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return found(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def asked() -> Question:
    return question(NOTE)


@pytest.fixture(scope="module")
def answer(authority: Authority, asked: Question) -> bytes:
    return authority.reply(asked.request)


@pytest.fixture(scope="module")
def expected(authority: Authority, asked: Question) -> Expected:
    return Expected(NOTE, authority.pins, asked.nonce)


def code_of(answer: bytes, expected: Expected) -> str:
    with pytest.raises(StampRefused) as refused:
        judge(answer, expected)
    return refused.value.code


def test_a_real_answer_tells_when_and_by_whom(
    authority: Authority, answer: bytes, expected: Expected
) -> None:
    stamp = judge(answer, expected)

    assert abs(stamp.made_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert stamp.policy == POLICY
    assert stamp.signer == "CN=Authority signer"
    assert stamp.certificates == (authority.leaf.pem, authority.root.pem)
    assert authority.accepts(answer, NOTE)


def test_the_other_digest_is_understood_too(authority: Authority) -> None:
    asked = question(NOTE, "sha512")

    answer = authority.reply(asked.request)

    assert judge(answer, Expected(NOTE, authority.pins, asked.nonce)).policy == POLICY
    assert imprint_of(answer)[0] == "sha512"


def test_each_question_has_a_nonce_of_its_own() -> None:
    assert len({question(NOTE).nonce for _ in range(8)}) == 8


def test_the_root_alone_admits_every_signer_beneath_it(
    authority: Authority, answer: bytes, expected: Expected
) -> None:
    assert judge(answer, replace(expected, certificates=(authority.root.pem,))).signer


def test_an_authority_between_root_and_signer_is_followed(tmp_path: Path, asked: Question) -> None:
    root = issue("Long root", is_ca=True)
    between = issue("Long between", root, is_ca=True)
    leaf = issue("Long signer", between)
    embedding = found(tmp_path / "one", root=root, leaf=leaf, chain=(between,), embeds=[between])
    silent = found(tmp_path / "two", root=root, leaf=leaf, chain=(between,))
    with_all = Expected(NOTE, (leaf.pem, between.pem, root.pem), asked.nonce)
    with_root = Expected(NOTE, (leaf.pem, root.pem), asked.nonce)

    assert judge(embedding.reply(asked.request), with_root).certificates == with_root.certificates
    assert judge(silent.reply(asked.request), with_all).certificates == with_all.certificates
    assert code_of(silent.reply(asked.request), with_root) == "untrusted"
    assert embedding.accepts(embedding.reply(asked.request), NOTE)


def test_certificates_in_the_order_of_a_configuration_are_no_obstacle(
    tmp_path: Path, asked: Question
) -> None:
    """OpenSSL 3.0 writes them unsorted; which order DER wants is chance, so some are tried."""
    orders = set()
    for number in range(6):
        one = found(tmp_path / str(number), f"A{number}")
        one = found(tmp_path / str(number), root=one.root, leaf=one.leaf, embeds=[one.root])
        answer = one.reply(asked.request)
        orders.add(answer == sorted_certificates(answer))

        assert judge(answer, Expected(NOTE, one.pins, asked.nonce)).policy == POLICY
        assert one.accepts(answer, NOTE)
    assert orders <= {True, False}


def test_a_forged_answer_with_its_own_root_inside_is_refused(
    tmp_path: Path, authority: Authority, asked: Question, expected: Expected
) -> None:
    evil_root = issue("Authority root", is_ca=True)
    evil_leaf = issue("Authority signer", evil_root)
    evil = found(tmp_path / "evil", root=evil_root, leaf=evil_leaf, embeds=[evil_root])
    forged = evil.reply(asked.request)

    assert judge(forged, replace(expected, certificates=evil.pins)).signer == "CN=Authority signer"
    assert code_of(forged, expected) == "not_pinned"
    assert code_of(forged, replace(expected, certificates=(authority.root.pem,))) == "untrusted"
    assert not authority.accepts(forged, NOTE)


def test_a_signer_that_vouches_for_itself_is_refused_under_a_root_alone(
    tmp_path: Path, authority: Authority, asked: Question, expected: Expected
) -> None:
    alone = issue("Authority signer")
    forged = found(tmp_path / "alone", root=alone, leaf=alone).reply(asked.request)

    assert code_of(forged, expected) == "not_pinned"
    assert code_of(forged, replace(expected, certificates=(authority.root.pem,))) == "untrusted"


def test_another_signer_of_the_same_authority_is_refused_where_one_is_pinned(
    tmp_path: Path, authority: Authority, asked: Question, expected: Expected
) -> None:
    second = found(tmp_path, root=authority.root, leaf=issue("Second", authority.root))

    assert code_of(second.reply(asked.request), expected) == "not_pinned"


def test_a_wrong_root_is_refused(authority: Authority, answer: bytes, expected: Expected) -> None:
    unrelated = issue("Unrelated", is_ca=True).pem

    assert code_of(answer, replace(expected, certificates=(unrelated,))) == "untrusted"
    assert (
        code_of(answer, replace(expected, certificates=(authority.leaf.pem, unrelated)))
        == "untrusted"
    )
    assert code_of(answer, replace(expected, certificates=(authority.leaf.pem,))) == "untrusted"


def test_an_altered_message_is_refused(
    authority: Authority, answer: bytes, expected: Expected
) -> None:
    assert code_of(answer, replace(expected, message=NOTE + b" ")) == "other_message"
    assert not authority.accepts(answer, NOTE + b" ")


def test_an_answer_to_another_question_is_refused(authority: Authority, expected: Expected) -> None:
    assert code_of(authority.reply(question(NOTE).request), expected) == "other_nonce"


def test_another_policy_is_refused(answer: bytes, expected: Expected) -> None:
    assert judge(answer, replace(expected, policy=POLICY)).policy == POLICY
    assert code_of(answer, replace(expected, policy=OTHER_POLICY)) == "other_policy"


@pytest.mark.parametrize(
    ("stands", "forged"),
    [
        (b"\x55\x1d\x0f", b"\x55\x1d\x13"),  # the key's usage becomes constraints a second time
        (b"\x55\x1d\x13", b"\x55\x1d\x0f"),
        (b"\x06\x03\x55\x1d\x25", b"\x06\x03\x55\x1d\x11"),  # purposes become names
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09"),  # a version that is still to come
    ],
)
def test_a_certificate_that_makes_no_sense_is_refused_and_no_error(
    answer: bytes, expected: Expected, stands: bytes, forged: bytes
) -> None:
    assert answer.count(stands) == 1

    assert code_of(answer.replace(stands, forged), expected) == "unreadable"


def test_a_refusal_by_the_authority_is_no_stamp(tmp_path: Path, asked: Question) -> None:
    picky = found(tmp_path, digests="sha512")

    assert code_of(picky.reply(asked.request), Expected(NOTE, picky.pins, asked.nonce)) == "status"


@pytest.mark.parametrize(
    ("usage", "critical"),
    [
        (None, True),
        ((ExtendedKeyUsageOID.SERVER_AUTH,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
    ],
)
def test_a_signer_that_is_not_for_time_stamps_is_refused(
    authority: Authority,
    answer: bytes,
    expected: Expected,
    usage: tuple[ObjectIdentifier, ...] | None,
    critical: bool,  # noqa: FBT001 — a column of the table above
) -> None:
    signer = issue("Web server", authority.root, usage=usage, critical=critical)
    misused = authority.signed_anew(answer, signer)

    for pins in ((signer.pem, authority.root.pem), (authority.root.pem,)):
        assert code_of(misused, replace(expected, certificates=pins)) == "not_for_timestamps"


def test_a_good_signer_may_sign_anew(
    authority: Authority, answer: bytes, expected: Expected
) -> None:
    """What the test above relies on: nothing but the certificate's purpose was wrong there."""
    again = authority.signed_anew(answer, authority.leaf)

    assert judge(again, expected).made_at == judge(answer, expected).made_at


def test_an_expired_signer_counts_at_the_time_of_its_stamp(
    authority: Authority, answer: bytes, expected: Expected
) -> None:
    gone = issue("Gone", authority.root, days=(-20, -10))
    pins = (gone.pem, authority.root.pem)

    late = authority.signed_anew(answer, gone)

    assert code_of(late, replace(expected, certificates=pins)) == "untrusted"


def test_no_single_bit_can_be_flipped_unseen(answer: bytes, expected: Expected) -> None:
    """But in what CMS leaves unsigned and nobody reads: the name of the signature's form."""
    stamp, unsigned = judge(answer, expected), answer.rindex(bytes.fromhex("06082a8648ce3d040302"))
    chosen = random.Random(7).sample(range(len(answer) * 8), 700)  # noqa: S311 — bits, not secrets
    codes: set[str] = set()
    for number in chosen:
        place, bit = divmod(number, 8)
        spoilt = bytearray(answer)
        spoilt[place] ^= 1 << bit
        if unsigned <= place < unsigned + 10:
            continue
        codes.add(code_of(bytes(spoilt), expected))
    assert {"unreadable", "signature", "not_pinned", "other_message"} <= codes
    assert judge(answer, expected) == stamp


def test_what_is_no_answer_at_all_is_refused(answer: bytes, expected: Expected) -> None:
    others = (
        b"",
        b"0",
        b"<html>502 Bad Gateway</html>",
        b"0\x80" * 5000,
        b"0\x84\xff\xff\xff\xff",
        answer[:-1],
        answer + b"\x00",
        answer[: len(answer) // 2],
        bytes(300),
    )
    for bad in others:
        assert code_of(bad, expected) == "unreadable", bad[:20]
    assert code_of(bytes(MOST_BYTES + 1), expected) == "too_large"


def test_only_der_is_brought_into_order(answer: bytes) -> None:
    assert sorted_certificates(answer) == answer
    with pytest.raises(NotDer):
        sorted_certificates(b"0\x82\x00")
    with pytest.raises(NotDer):
        sorted_certificates(b"\x31\x05" + answer)
