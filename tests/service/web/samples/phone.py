"""Samples: the phone's own page, the link that connects it, the lists of phones."""

from dataclasses import replace

from service.web.phone_codes import code_of
from service.web.views.frame import Frame
from service.web.views.phone import (
    PhoneLine,
    PhoneLinkView,
    PhoneSentView,
    PhonesView,
    PhoneView,
)
from tests.service.web.samples.around import EMPLOYEE, ago, ahead, frame

_LINK = "https://vaern.example/phone/link/kT5x0bqGkq2Tn1f0QmZ7dWQ4u8oVbqvYH3a9c1r2s3t"
_OWN = PhoneLine("Android, Chrome", ago(days=40), ahead(days=325), ago(hours=3), "/my-phones/1/end")
_NEW = PhoneLine("iPhone, Safari", ago(minutes=2), ahead(days=365), None, "/my-phones/2/end")
_EVERY = (replace(_OWN, person="Amira Holm"), replace(_NEW, person="Bent Lund", label="?"))


def _nobodys() -> Frame:
    return replace(frame(), person=None, places=(), csrf="")


def _amiras() -> Frame:
    return frame(name="Amira Holm", role="employee", places=EMPLOYEE)


def _page(template: str, around: Frame, view: object) -> tuple[str, dict[str, object]]:
    return template, {"frame": around, "view": view}


SAMPLES = {
    "phone": _page("phone.html", _nobodys(), PhoneView(connected=True)),
    "phone_new": _page("phone.html", _nobodys(), PhoneView(connected=True, new=True)),
    "phone_unconnected": _page("phone.html", _nobodys(), PhoneView(connected=False)),
    "phone_link": _page(
        "phone_link.html", _nobodys(), PhoneLinkView("/phone/link/x", code_of(_LINK))
    ),
    "phone_link_used": _page("phone_link.html", _nobodys(), PhoneLinkView("/phone", None)),
    "phone_sent": _page("phone_sent.html", _nobodys(), PhoneSentView(3)),
    "phones_own": _page("phones.html", _amiras(), PhonesView((_NEW, _OWN), own=True)),
    "phones_link": _page(
        "phones.html", _amiras(), PhonesView((), own=True, link=_LINK, code=code_of(_LINK))
    ),
    "phones_none": _page("phones.html", _amiras(), PhonesView((), own=True)),
    "phones": _page("phones.html", frame(), PhonesView(_EVERY, own=False)),
}
