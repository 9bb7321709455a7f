"""Words that Python itself says, in the reader's language: notices, field errors, timelines."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from service.web import catalogues
from service.web.views.frame import Notice, NoticeKind

_CAPTURES = {
    "login_wall": "login",
    "http_401": "login",
    "http_403": "login",
    "http_404": "gone",
    "http_410": "gone",
    "soft_error": "gone",
    "no_posts": "no_posts",
    "empty_page": "no_posts",
    "only_frames": "no_posts",
    "not_reached": "silent",
    "no_answer": "silent",
    "no_connection": "silent",
    "no_such_host": "silent",
    "certificate": "silent",
    "redirect_loop": "silent",
    "refused_no_such_host": "silent",
    "time_limit": "silent",
    "never_still": "silent",
    "address_not_web": "refused",
}
_KINDS = {
    "passkey_refused": NoticeKind.REFUSED,
    "seal_held": NoticeKind.WAITING,
    "screenshot_waits": NoticeKind.WAITING,
    "screenshot_unreadable": NoticeKind.REFUSED,
    "screenshot_no_picture": NoticeKind.REFUSED,
    "screenshot_anothers": NoticeKind.REFUSED,
}


@cache
def gettext_of(language: str) -> Callable[[str], str]:
    """Return the look-up of a language's catalogue."""
    return catalogues.load(language).gettext


def notice_for(language: str, said: str | None) -> Notice | None:
    """Return what the last act did, by its code in the address; unknown codes say nothing."""
    if said is None:
        return None
    _ = gettext_of(language)
    texts = {
        "step_ended": _("The step is settled."),
        "case_closed": _("The case is closed."),
        "circumstance_stated": _("Noted."),
        "circle_changed": _("The circle is changed."),
        "restriction_changed": _("Who may see it is changed."),
        "concerned_changed": _("Whom it concerns is changed, and they have been told."),
        "merged": _("The two are one case now, and those who take part have been told."),
        "glass_broken": _("It is open to you now, and the others have been told."),
        "wish_answered": _("The answer is kept, and the employee can read it."),
        "decided": _("The decision is kept."),
        "proposed": _("It waits for a colleague's approval."),
        "approved": _("Approved."),
        "refused": _("The proposal is refused."),
        "check_started": _("The check has begun."),
        "check_ended": _("The check has ended."),
        "mail_again": _("It is being tried now."),
        "seal_sent": _("The seal is on its way out."),
        "seal_nothing_new": _("Nothing is new: everyone holds the newest seal already."),
        "security_changed": _("It is changed. Where else you were signed in, you are signed out."),
        "session_ended": _("You are signed out there."),
        "passkey_refused": _("The passkey was not made. Nothing has changed."),
        "phone_ended": _("The phone is no longer connected."),
        "settings_kept": _("Your choice is kept."),
        "told": _("It is kept, and your case handler sees it."),
        "sorted": _("It has its place now."),
        "sealed_off": _("It is shut now, for everybody."),
        "seal_lifted": _("It is open again, and is being read anew."),
        "seal_held": _(
            "This stays shut as long as something else that belongs to it is. Open that first."
        ),
        "looked_agrees": _("Your second look is kept."),
        "looked_disagrees": _("Your second look is kept. The post waits for a new decision."),
        "screenshot_counts": _("The post is secured with the screenshot."),
        "typed": _("It is kept, and waits for review here. Compare the words with the picture."),
        "screenshot_waits": _("The screenshot is safe, and is being checked."),
        "screenshot_unreadable": _(
            "The file is kept, but it could not be opened as a picture. Take another."
        ),
        "screenshot_no_picture": _(
            "The file is kept, but it is no picture, and does not count. Take a screenshot."
        ),
        "screenshot_anothers": _(
            "The file is kept, but it shows another post, and does not count. Take one of this."
        ),
    }
    text = texts.get(said)
    return Notice(_KINDS.get(said, NoticeKind.DONE), text) if text else None


def happened(language: str, kind: str) -> str:
    """Return a ledger entry's kind in plain words, for a timeline."""
    _ = gettext_of(language)
    texts = {
        "case.opened": _("The case was opened"),
        "case.closed": _("The case was closed"),
        "case.circumstance_stated": _("A circumstance was noted"),
        "case.employee_added": _("The employee concerned was named"),
        "case.account_added": _("An account was named"),
        "case.workplace_added": _("The workplace itself was named"),
        "case.name_taken_off": _("A name was taken off"),
        "case.handler_changed": _("Another person handles the case"),
        "case.restricted": _("The case was restricted to its circle"),
        "case.opened_up": _("The case was opened to more than its circle"),
        "case.merged": _("The case goes on in another"),
        "case.merged_on": _("The case in which it goes on was merged itself"),
        "case.merged_in": _("Another case was merged into this one"),
        "case.taken_over": _("What stood in another case was taken over"),
        "case.wish": _("The employee made a wish"),
        "wish.answered": _("A wish was answered"),
        "wish.answered_anew": _("A wish got a new answer"),
        "notice.not_sent": _("A mail could not be sent"),
        "notice.withheld": _("No receipt was sent, since a machine had written"),
        "evidence.same_mail": _("A mail that stands here already came once more"),
        "evidence.left_unsorted": _("The evidence waited to be sorted"),
        "evidence.set_aside": _("The evidence was set aside"),
        "evidence.checked": _("The original was checked"),
        "evidence.fetched": _("The original was fetched"),
        "evidence.sealed_off": _("Evidence was sealed off"),
        "evidence.seal_lifted": _("Evidence was opened again"),
        "evidence.handed_to_police": _("The original was handed to the police"),
        "evidence.compared": _("A file was compared with the original, and is the same"),
        "evidence.exported": _("Evidence was handed over"),
        "evidence.redacted": _("Other persons were covered in a copy"),
        "evidence.covering_explained": _("It was written down why something was covered"),
        "export.asked_for": _("A bundle was asked for"),
        "export.made": _("A bundle was put together"),
        "export.ready": _("A bundle is ready"),
        "export.written": _("A bundle was written by those who run Værn"),
        "export.fetched": _("A bundle was fetched"),
        "export.failed": _("A bundle could not be made"),
        "export.stopped": _("The making of a bundle was stopped"),
        "export.ended": _("A bundle can no longer be fetched"),
        "case.evidence_added": _("Evidence joined the case"),
        "evidence.received": _("Evidence came in and is safe"),
        "evidence.delivered_again": _("The same evidence came in once more"),
        "evidence.read": _("A program read the evidence"),
        "evidence.could_not_be_read": _("The evidence could not be read by a program"),
        "evidence.viewed": _("Somebody viewed the evidence"),
        "step.ended": _("A step was settled"),
        "step.corrected": _("A step was corrected"),
        "circle.joined": _("A person joined the circle"),
        "circle.left": _("A person left the circle"),
        "glass.broken": _("The content was opened from outside the circle"),
        "alert.raised": _("There is danger, and those on duty are told"),
        "alert.told": _("Those on duty were told of danger"),
        "alert.taken": _("Somebody on duty has taken it"),
        "alert.words": _("The employee wrote to those on duty"),
        "alert.over": _("The danger was said to be over"),
        "capture.requested": _("A capture was asked for"),
        "capture.kept": _("A page was captured"),
        "capture.failed": _("A capture failed"),
        "post.typed": _("A post was typed from a screenshot"),
        "post.decided": _("A post was decided"),
        "post.proposed": _("A decision was proposed"),
        "post.approved": _("A proposal was approved"),
        "post.proposal_refused": _("A proposal was refused"),
        "post.sealed_off": _("A post was shut, with all that shows it"),
        "post.screenshot_handed_in": _("A screenshot of a post was handed in"),
        "post.screenshot_not_counted": _(
            "A file was handed in that does not count as a screenshot"
        ),
        "sample.agreed": _("A second look agreed with a decision"),
        "sample.disagreed": _("A second look disagreed with a decision"),
        "notice.made": _("A mail was written"),
        "notice.sent": _("A mail was sent"),
        "telling.told": _("Somebody was told by mail"),
        "telling.taken_back": _("A mail reached nobody: somebody else is told"),
        "telling.ended": _("There was nobody left to tell"),
    }
    return texts.get(kind, kind)


def unreadable(language: str, code: str | None) -> str:
    """Return why something could not be read; the original is safe all the same."""
    _ = gettext_of(language)
    texts = {
        "crashed": _("The program that reads it broke off. The original is safe."),
        "too_slow": _("It took too long to read. The original is safe."),
        "too_much_memory": _("It is made so that reading it needs too much room."),
        "too_much_output": _("There is more in it than can be read at once."),
        "no_reader": _("Værn keeps this kind of file, and does not look into it."),
        "too_many_attempts": _("It was tried several times. The original is safe."),
    }
    return texts.get(code or "", _("No program of ours could read it. The original is safe."))


def unsorted(language: str, code: str) -> str:
    """Return why an arrival waits for a person to sort it."""
    _ = gettext_of(language)
    texts = {
        "sender_unknown": _("The sender is not known here."),
        "sender_unclear": _("The mail names several senders."),
        "sent_by_a_machine": _("It was sent by a machine."),
        "could_not_be_read": _("No program of ours could read it."),
        "could_not_be_sorted": _("It could not be sorted by itself."),
        "case_unknown": _("The subject names a case number that is no open case of the sender."),
        "same_mail": _("The same mail has come before, and is not in an open case of the sender."),
    }
    return texts.get(code, _("It was handed in without a case."))


def capture_failed(language: str, reason: str | None) -> str:
    """Return why a page could not be captured, and what to do instead (A3)."""
    _ = gettext_of(language)
    texts = {
        "login": _("The page can only be seen by those who are signed in. Hand in a screenshot."),
        "gone": _("The page is no longer there. If you have a screenshot, hand it in."),
        "no_posts": _(
            "The page was captured, but no posts could be read on it. Hand in a screenshot."
        ),
        "silent": _(
            "The page did not answer, or was too slow. Try again, or hand in a screenshot."
        ),
        "refused": _("The address leads to a network that Værn does not open. Check the address."),
    }
    found = _CAPTURES.get(reason or "") or (
        "refused" if (reason or "").startswith("refuse") else ""
    )
    return texts.get(found, _("The page could not be captured. Hand in a screenshot."))
