"""Names of the mails that we send, for those who see that they were sent and not what they say."""

from __future__ import annotations

from service.notices.kinds import ALERT, DEADLINE, HANDLER, RECEIPT
from service.notices.safety import KIND as SAFETY
from service.notices.safety import VIOLENCE
from service.notices.sealing import ALARM, WITNESS
from service.notices.security import KIND as SIGN_IN
from service.notices.watching import GLASS, UNUSUAL
from service.web.wording import gettext_of


def letter_name(kind: str, language: str) -> str:
    """Return what a mail of this kind is called."""
    _ = gettext_of(language)
    names = {
        RECEIPT: _("Receipt"),
        ALERT: _("To those on duty"),
        HANDLER: _("To whoever takes care of the case"),
        DEADLINE: _("About a deadline"),
        SAFETY: _("To the safety representative"),
        VIOLENCE: _("To the safety representative"),
        GLASS: _("About access to a case"),
        UNUSUAL: _("About unusual viewing"),
        SIGN_IN: _("About signing in"),
        ALARM: _("About the outside seal"),
        WITNESS: _("Seal to a witness"),
    }
    return names.get(kind) or _("Mail")
