"""Samples: the second step at the door, choosing one, recovery codes, one's own security."""

from dataclasses import replace

from service.web.phone_codes import code_of
from service.web.views.access import SignInRefusal, SignInView
from service.web.views.frame import Frame
from service.web.views.security import (
    AppView,
    CodeRefusal,
    CodesView,
    PasskeyLine,
    SecondView,
    SecurityView,
    SessionLine,
    SetUpView,
)
from tests.service.web.samples.around import ago, frame, outside, wrong

_ADDRESS = (
    "otpauth://totp/V%C3%A6rn%20Havn%20Kommune:mette%40kommune.example"
    "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=V%C3%A6rn%20Havn%20Kommune"
)
_APP = AppView(
    "/my-security/app",
    "0.AA",
    "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
    _ADDRESS,
    code_of(_ADDRESS),
)
_CODES = tuple(f"abcd-efgh-ijkl-mn2{one}" for one in "234567abcd")
_KEYS = (
    PasskeyLine("Windows, Edge", ago(days=40), ago(hours=3), "/my-security/passkey/1/end"),
    PasskeyLine("?", ago(minutes=2), None, "/my-security/passkey/2/end"),
)
_HERE = SessionLine("0", "Windows, Edge", "passkey", ago(minutes=9), ago(minutes=1), is_this=True)
_THERE = SessionLine("1", "iPhone, Safari", "code", ago(hours=3), ago(hours=2), is_this=False)
_OTHER = SessionLine("2", "?", "provider", ago(hours=5), ago(hours=4), is_this=False)
_BARE = SecurityView(
    local=True,
    fresh=True,
    can_passkey=True,
    new_name="Windows, Edge",
    passkeys=(),
    app_since=None,
    app_used_at=None,
    codes=0,
    sessions=(_HERE,),
)
_WHOLE = replace(
    _BARE,
    passkeys=_KEYS,
    app_since=ago(days=100),
    app_used_at=ago(days=2),
    codes=9,
    sessions=(_HERE, _THERE, _OTHER),
)


def _page(
    template: str, view: object, around: Frame | None = None
) -> tuple[str, dict[str, object]]:
    return template, {"frame": around or frame(), "view": view}


def _outside(template: str, view: object) -> tuple[str, dict[str, object]]:
    return _page(template, view, outside())


SAMPLES = {
    "sign_in_again": _outside(
        "sign_in.html", SignInView("/", refusal=SignInRefusal.AGAIN, passkeys=True)
    ),
    "sign_in_passkey": _outside(
        "sign_in.html", SignInView("/", refusal=SignInRefusal.PASSKEY, passkeys=True)
    ),
    "sign_in_half_over": _outside("sign_in.html", SignInView("/", refusal=SignInRefusal.HALF_OVER)),
    "second_step": _outside("second_step.html", SecondView("/", code=True, passkey=True)),
    "second_step_wrong": _outside(
        "second_step.html",
        SecondView("/", code=True, passkey=False, refusal=CodeRefusal.WRONG, retry_after=8),
    ),
    "second_step_wait": _outside(
        "second_step.html",
        SecondView("/", code=False, passkey=True, refusal=CodeRefusal.WAIT, retry_after=300),
    ),
    "set_up": _outside(
        "set_up.html", SetUpView(_APP, at_door=True, passkey="/sign-in/set-up/passkey")
    ),
    "set_up_refused": _outside(
        "set_up.html",
        SetUpView(_APP, at_door=True, passkey="/sign-in/set-up/passkey", refused=True),
    ),
    "set_up_app": _page(
        "set_up.html",
        SetUpView(replace(_APP, form=wrong("code", "Koden passer ikke.")), at_door=False),
    ),
    "recovery_codes": _page("recovery_codes.html", CodesView(_CODES, "/my-security")),
    "security": _page("security.html", _WHOLE),
    "security_bare": _page("security.html", replace(_BARE, can_passkey=False)),
    "security_stale": _page("security.html", replace(_WHOLE, fresh=False, codes=1)),
    "security_password": _page(
        "security.html", replace(_BARE, form=wrong("current", "Det er ikke din adgangskode."))
    ),
    "security_provider": _page("security.html", replace(_BARE, local=False, sessions=(_OTHER,))),
}
