"""Whether a visit is evidence: an error page, a login wall and an empty page are not. Pure."""

from __future__ import annotations

import re

from capture.readers.facts import PageFacts

REASONS = frozenset(
    {
        # Nothing was visited.
        "address_not_web",
        "browser_failed",
        "browser_not_found",
        # It could not be reached.
        "certificate",
        "no_answer",
        "no_connection",
        "no_such_host",
        "not_a_page",
        "not_reached",
        "redirect_loop",
        "unreadable",
        "refused_bad_host",
        "refused_calls_home",
        "refused_no_such_host",
        "refused_not_public",
        "refused_own_listener",
        "refused_port",
        "refused_too_many",
        "refused_too_much",
        # It was reached, but is no evidence.
        "empty_page",
        "login_wall",
        "memory_limit",
        "never_still",
        "no_posts",
        "only_frames",
        "picture_unreadable",
        "soft_error",
        "time_limit",
    }
)
"""Every reason of a failed capture, for whoever translates them; beside these `http_404` and on."""

_FIRST_ERROR_STATUS = 400  # RFC 9110 §15.5
_LOGIN_PATH = re.compile(
    r"/(?:login|log-in|logon|signin|sign-in|logind|log-ind|checkpoint|accounts/login)\b",
    re.IGNORECASE,
)
_SOFT_ERROR = re.compile(
    r"\b(?:404|not found|siden (?:blev |er )?ikke (?:fundet|tilgængelig)|siden findes ikke"
    r"|findes ikke længere|indhold\w* er ikke tilgængeligt|page isn['’]t available"
    r"|content isn['’]t available|no longer available|finnes ikke|ikke funnet)\b",
    re.IGNORECASE,
)
_SHORT_PAGE = 2_000  # letters; a long page that mentions an error is not one


def failure_of(*, http_status: int | None, facts: PageFacts, posts: int) -> str | None:
    """The reason for which the visit failed, or None when posts were read from a real page."""
    if http_status is not None and http_status >= _FIRST_ERROR_STATUS:
        return f"http_{http_status}"
    if posts:
        return None
    if facts.has_password_field or _LOGIN_PATH.search(facts.url):
        return "login_wall"
    if len(facts.text) < _SHORT_PAGE and _SOFT_ERROR.search(f"{facts.title}\n{facts.text}"):
        return "soft_error"
    if facts.text.strip():
        return "no_posts"
    return "only_frames" if facts.frames else "empty_page"


def told_left_out(
    *,
    read: int,
    stated: int | None,
    whole: bool,
    steady: bool,
    cut: bool,
    refused: int = 0,
    frames: int = 0,
    unsure: int = 0,
) -> str | None:
    """What a reader must know is missing, in plain words; None when nothing is known to be."""
    told = []
    if stated is not None and stated > read:
        told.append(f"{read} of about {stated} posts read")
    if refused:
        told.append(f"{_counted(refused, 'part')} without an author or a time not read as posts")
    if unsure:
        told.append(f"{_counted(unsure, 'part')} read as posts by shape alone, unsure")
    if frames:
        told.append(f"{_counted(frames, 'frame')} within the page not read")
    if not whole or cut:
        told.append("the page goes on beyond what was captured")
    if not steady:
        told.append("the page changed while its picture was taken")
    return "; ".join(told) or None


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
