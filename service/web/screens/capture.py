"""Sikr opslaget, filled: one capture with its posts, and earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from service.web.screens.queue import moment_of
from service.web.views.capture import (
    CapturedPost,
    CaptureProblem,
    CaptureRow,
    CaptureRun,
    CaptureStage,
    CaptureState,
    TypedHere,
)
from service.web.views.frame import CaseLink

if TYPE_CHECKING:
    from archive.records.pages import PostRecord, VisitRecord

_PROBLEMS = {
    "http_404": CaptureProblem.GONE,
    "http_410": CaptureProblem.GONE,
    "soft_error": CaptureProblem.GONE,
    "login_wall": CaptureProblem.SIGN_IN_NEEDED,
    "http_401": CaptureProblem.SIGN_IN_NEEDED,
    "http_403": CaptureProblem.SIGN_IN_NEEDED,
    "no_posts": CaptureProblem.NO_POSTS,
    "empty_page": CaptureProblem.NO_POSTS,
    "only_frames": CaptureProblem.NO_POSTS,
    "not_a_page": CaptureProblem.NO_POSTS,
    "address_not_web": CaptureProblem.REFUSED_ADDRESS,
    "not_reached": CaptureProblem.UNREACHABLE,
    "no_answer": CaptureProblem.UNREACHABLE,
    "no_connection": CaptureProblem.UNREACHABLE,
    "no_such_host": CaptureProblem.UNREACHABLE,
    "certificate": CaptureProblem.UNREACHABLE,
    "redirect_loop": CaptureProblem.UNREACHABLE,
    "refused_no_such_host": CaptureProblem.UNREACHABLE,
    "time_limit": CaptureProblem.TOO_SLOW,
    "never_still": CaptureProblem.TOO_SLOW,
    "memory_limit": CaptureProblem.TOO_LARGE,
    "refused_too_much": CaptureProblem.TOO_LARGE,
    "refused_too_many": CaptureProblem.TOO_LARGE,
}


def problem_of(reason: str | None) -> CaptureProblem:
    """Return what a failed capture's code means to people; the codes stay in `capture.json`."""
    code = reason or ""
    if code in _PROBLEMS:
        return _PROBLEMS[code]
    if code.startswith("refused"):
        return CaptureProblem.REFUSED_ADDRESS
    return CaptureProblem.UNREACHABLE if code.startswith("http_5") else CaptureProblem.OTHER


def capture_run(
    visit: VisitRecord,
    posts: Sequence[PostRecord],
    flagged: set[UUID],
    *,
    case_number: str | None,
    evidence_number: str | None,
    typed: Sequence[TypedHere] = (),
    typing_url: str | None = None,
    shut: bool = False,
    told: bool = True,
) -> CaptureRun:
    """Return one capture as its page shows it; `shut` where it is sealed off.

    Where it is not `told`, its page names neither the posts nor the address that lead to it.
    """
    state = state_of(visit)
    return CaptureRun(
        id=str(visit.id),
        url=f"/capture/{visit.id}",
        address=visit.url if told else "",
        state=state,
        started_at=visit.started_at or visit.requested_at,
        stage=CaptureStage.OPENING if state is CaptureState.RUNNING else None,
        final_address=visit.final_url if told and visit.final_url != visit.url else None,
        ended_at=visit.ended_at,
        posts_read=visit.posts_read or 0,
        posts_stated=visit.posts_stated,
        problem=problem_of(visit.reason) if state is CaptureState.FAILED else None,
        posts=_posts(posts, flagged) if told else (),
        typed=tuple(typed),
        typing_url=None if shut else typing_url,
        evidence_number=evidence_number,
        evidence_url=f"/evidence/{visit.evidence_id}" if visit.evidence_id else None,
        case=CaseLink(case_number, f"/cases/{case_number}") if case_number else None,
        sealed_off=shut,
    )


def capture_row(visit: VisitRecord, *, told: bool = True) -> CaptureRow:
    """Return one row of the list of earlier captures."""
    return CaptureRow(
        url=f"/capture/{visit.id}",
        address=visit.url if told else "",
        state=state_of(visit),
        at=visit.ended_at or visit.requested_at,
        posts_read=visit.posts_read or 0,
    )


def state_of(visit: VisitRecord) -> CaptureState:
    """Return how far a capture is."""
    if visit.status == "requested":
        return CaptureState.RUNNING if visit.claimed_by else CaptureState.WAITING
    if visit.status in {"failed", "typed"}:
        return CaptureState(visit.status)
    return CaptureState.PARTIAL if visit.left_out else CaptureState.CAPTURED


def typed_here(
    posts: Sequence[PostRecord], flagged: set[UUID], names: Mapping[UUID, str], *, linked: bool
) -> tuple[TypedHere, ...]:
    """Return posts that were typed from screenshots; `names` of whoever typed them."""
    return tuple(
        TypedHere(
            author=post.author,
            by=names[post.typed_by],
            at=post.typed_at,
            marked=post.id in flagged,
            url=f"/queue?post={post.id}" if linked else None,
        )
        for post in posts
        if post.typed_by is not None and post.typed_at is not None
    )


def _posts(posts: Sequence[PostRecord], flagged: set[UUID]) -> tuple[CapturedPost, ...]:
    depths: dict[UUID, int] = {}
    found = []
    for post in posts:
        depth = depths.get(post.parent_id, -1) + 1 if post.parent_id else 0
        depths[post.id] = depth
        found.append(
            CapturedPost(
                author=post.author,
                posted_at=moment_of(post.time),
                posted_as_stated=post.time_stated,
                depth=depth,
                characters=len(post.text),
                marked=post.id in flagged,
                url=f"/evidence/{post.evidence_id}",
            )
        )
    return tuple(found)
