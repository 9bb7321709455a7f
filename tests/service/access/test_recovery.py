"""Recovery codes: ten, each once, each its owner's own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from archive.ledger.log import record
from archive.records.factors import RecoveryCodeRecord
from service.access.factors import Changing, renew_codes, use_code
from service.access.recovery import codes_left, is_code, use_recovery_code
from service.errors import CodeRefused
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town


def test_each_of_ten_codes_opens_once_and_only_for_its_owner(
    installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        codes = renew_codes(session, by)
    assert len(set(codes)) == 10
    assert all(is_code(code) for code in codes)

    with installation.database.writing() as session:
        assert use_recovery_code(session, town.bent.id, codes[0], time.now) is None
        use_code(session, by.person, codes[0].upper().replace("-", " "), by.settings, time.now)
        with pytest.raises(CodeRefused):
            use_code(session, by.person, codes[0], by.settings, time.now)
        assert codes_left(session, town.anna.id) == 9

    assert kinds(installation)[-2:] == ["factor.code_used", "notice.made"]
    assert_clean(installation)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_new_codes_end_the_old_and_nothing_kept_tells_any(
    installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        old, new = renew_codes(session, by), renew_codes(session, by)
        assert codes_left(session, town.anna.id) == 10
        assert use_recovery_code(session, town.anna.id, old[3], time.now) is None
        assert use_recovery_code(session, town.anna.id, new[3], time.now) is not None
        record(session, "factor.code_used", at=time.now)
    with installation.database.reading() as session:
        rows = session.scalars(select(RecoveryCodeRecord.code_sha256)).all()
    path = installation.database.path
    assert path is not None
    kept = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    assert len(rows) == 20
    assert rows[0].encode() in kept
    assert not any(code.encode() in kept or code.replace("-", "").encode() in kept for code in new)


@pytest.mark.parametrize(
    "typed", ["", "123456", "abcd-efgh-ijkl", "abcd-efgh-ijkl-mno9", "🔑" * 16]
)
def test_what_has_another_shape_is_no_recovery_code(typed: str) -> None:
    assert not is_code(typed)
