"""What is asked twice in one moment is answered once: a session that only reads sees one state."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from archive.database import ReadOnly

T = TypeVar("T")


def once(session: Session, key: Hashable, ask: Callable[[], T]) -> T:
    """Return what `ask` says; the second time in the same moment, what it said before.

    `key` must name everything that the answer depends on. Nothing is kept beyond the
    transaction, nor in a session that writes. What is named by its `id()` in the key must be
    held by `ask`: it is kept as long as the answer, so that no other takes its place.
    """
    if not isinstance(session, ReadOnly):
        return ask()
    moment, answers = session.info.get("moment", (None, {}))
    if moment is None or session.get_transaction() is not moment:
        said = ask()  # it begins the transaction, where none stands
        moment = session.get_transaction()
        session.info["moment"] = (moment, {key: (said, ask)})
        return said
    known: dict[Hashable, tuple[Any, Callable[[], Any]]] = answers
    if key not in known:
        known[key] = (ask(), ask)
    answer: T = known[key][0]
    return answer
