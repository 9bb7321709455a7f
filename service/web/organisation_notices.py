"""What the last act on the organisation did, or why it was not done."""

from __future__ import annotations

from service.web.views.frame import Notice, NoticeKind
from service.web.wording import gettext_of

_REFUSED = frozenset(
    {"in_use", "in_itself", "not_oneself", "name_taken", "no_such_person", "days", "no_hours"}
)
_NOTHING = frozenset({"not_invited", "all_told"})


def organisation_notice(language: str, said: str | None) -> Notice | None:
    """Return what to say by the code in the address; unknown codes say nothing."""
    _ = gettext_of(language)
    texts = {
        "unit_added": _("The unit is added."),
        "unit_changed": _("The unit is changed."),
        "unit_ended": _("The unit is closed."),
        "person_added": _("The person is added."),
        "person_invited": _("The person is added. A mail with their way in is on its way."),
        "invited": _("A mail with their way in is on its way."),
        "all_invited": _("Those who had no way in get a mail with theirs."),
        "all_told": _("Everybody with an e-mail has a way in already. Nothing was sent."),
        "not_invited": _("No mail was sent: they have come in already, or have no address here."),
        "token_revoked": _("The program has no access any more."),
        "person_changed": _("It is changed."),
        "person_ended": _("They have left. What was open to them closes within a minute."),
        "person_back": _("They are back. Roles must be given anew."),
        "role_given": _("The role is given."),
        "role_ended": _("The role has ended."),
        "absence_entered": _("It is noted."),
        "absence_ended": _("It is taken back."),
        "duty_added": _("It stands on the duty list."),
        "duty_ended": _("It is taken off the duty list."),
        "hours_entered": _("The hours are kept."),
        "hours_cleared": _("The hours are taken away."),
        "no_hours": _("Choose at least one day, and an end after the beginning."),
        "roster_added": _("The name is added."),
        "roster_changed": _("It is changed."),
        "roster_ended": _("They have left, and are recognised a while longer."),
        "roster_back": _("The name counts again."),
        "roster_removed": _("The name is deleted."),
        "name_listed": _("This name stands here already."),
        "name_without_letters": _("Write a name with letters in it."),
        "imported": _("Done. Exactly what was shown has been changed."),
        "nothing_new": _("Nothing would change."),
        "in_use": _("The unit cannot be closed: people, roles or units still belong to it."),
        "in_itself": _("A unit cannot stand below itself."),
        "not_oneself": _("Somebody else must do this: it is about you."),
        "name_taken": _("That name, address or number is somebody else's already."),
        "no_such_person": _("Nobody here has this e-mail address."),
        "days": _("The last day must not be before the first, nor be over."),
    }
    text = texts.get(said or "")
    kind = NoticeKind.REFUSED if said in _REFUSED else NoticeKind.DONE
    if said in _NOTHING:
        kind = NoticeKind.INFORMATION
    return Notice(kind, text) if text else None
