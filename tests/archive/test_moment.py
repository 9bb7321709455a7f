"""What is asked twice in one moment."""

from __future__ import annotations

from sqlalchemy import text

from archive.database import Database
from archive.moment import once


def test_within_one_moment_a_question_is_asked_once_and_anew_in_the_next(
    database: Database,
) -> None:
    asked: list[str] = []

    def ask() -> int:
        asked.append("x")
        return int(session.execute(text("SELECT 1")).scalar_one())

    with database.reading() as session:
        assert [once(session, "a", ask) for _ in range(3)] == [1, 1, 1]
        assert len(asked) == 1
        once(session, "b", ask)
        assert len(asked) == 2, "another key is another question"
        session.rollback()
        once(session, "a", ask)
        assert len(asked) == 3, "the next transaction may see something else"
    with database.reading() as session:
        once(session, "a", ask)
    assert len(asked) == 4


def test_a_session_that_writes_is_asked_each_time(database: Database) -> None:
    asked: list[str] = []
    with database.writing() as session:
        session.execute(text("SELECT 1"))
        for _ in range(2):
            once(session, "a", lambda: asked.append("x"))
    assert len(asked) == 2
