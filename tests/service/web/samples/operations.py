"""Samples: Sikr opslaget and Drift."""

from service.web.views.capture import (
    CapturedPost,
    CaptureProblem,
    CaptureRow,
    CaptureRun,
    CaptureStage,
    CaptureState,
    CaptureView,
    TypedHere,
)
from service.web.views.frame import Place
from service.web.views.mail_out import MailOutView, StuckRow, UnreachedRow
from service.web.views.operations import (
    Light,
    LightName,
    LightState,
    OperationsView,
    OutsideHolder,
    OutsideView,
    VerifyFinding,
    VerifyProgress,
    VerifyState,
)
from service.web.views.typed_post import TypedPostView
from tests.service.web.samples.around import CASE, ago, frame, page, wrong

_ADDRESS = "https://example.org/havn/opslag/1234567890123456789?vis=alle-kommentarer"
_POSTS = (
    CapturedPost("Havn Kommune", ago(hours=20), None, 0, 240, marked=False, url="/posts/1"),
    CapturedPost("Kurt Berg", None, "2 t", 1, 141, marked=True, url="/posts/2"),
    CapturedPost(None, None, None, 1, 12, marked=False, url="/posts/3"),
)
_TYPED = (
    TypedHere("Kurt Berg", "Sara Lund", ago(minutes=20), marked=True, url="/queue?post=9"),
    TypedHere(None, "Per Pixel", ago(hours=2), marked=False, url=None),
)
_EARLIER = (
    CaptureRow("/capture/4", _ADDRESS, CaptureState.TYPED, ago(minutes=20), 1),
    CaptureRow("/capture/2", _ADDRESS, CaptureState.FAILED, ago(hours=4), 0),
    CaptureRow("/capture/1", "https://example.org/havn", CaptureState.CAPTURED, ago(days=1), 41),
)


def _run(state: CaptureState, address: str = _ADDRESS, **changes: object) -> CaptureView:
    run = CaptureRun("3", "/poll/capture", address, state, ago(minutes=1), case=CASE, **changes)  # type: ignore[arg-type]  # keyword bag of a sample
    return CaptureView(run, _EARLIER, (CASE,), "2027-014")


_FINDINGS = VerifyProgress(
    "/operations/verify/1",
    VerifyState.FINDINGS,
    ago(minutes=9),
    ago(minutes=2),
    1861,
    402,
    findings=(VerifyFinding("object_changed", "o-77", None, "object o-77 is not as received"),),
    unchecked=("outside head: none configured",),
)
_RUNNING = VerifyProgress(
    "/poll/verify", VerifyState.RUNNING, ago(minutes=1), done=1981, total=2263
)
_CLEAN = VerifyProgress(
    "/operations/verify/3", VerifyState.CLEAN, ago(hours=9), ago(hours=8), 1861, 402
)
_LIGHTS = (
    Light(
        LightName.BACKUP,
        LightState.STOPPED,
        ago(days=3),
        "Den sidste sikkerhedskopi er tre døgn gammel: Mappen svarer ikke.",
        "Prøv mappen igen",
        "/operations/backup",
        act_posts=True,
    ),
    Light(
        LightName.OUTSIDE_SEAL,
        LightState.AMBER,
        ago(hours=30),
        "Intet segl har forladt huset i dag.",
        "Se indstillingerne",
        "/operations/settings",
    ),
    Light(
        LightName.MAILBOX,
        LightState.GREEN,
        ago(minutes=40),
        None,
        "Send testmail",
        "/operations/test-mail",
        act_posts=True,
    ),
    Light(LightName.READING, LightState.GREEN, ago(minutes=2)),
    Light(LightName.PAGES, LightState.OFF, None, "Ingen sider besøges endnu."),
    Light(LightName.CONFINEMENT, LightState.GREEN, ago(minutes=2)),
)
_OUTSIDE = OutsideView(
    "Forseglet udefra i går kl. 14.00 af to tidsstempelmyndigheder og ét vidne.",
    (
        OutsideHolder("Tidsstempel fra tsa.example", ago(hours=20)),
        OutsideHolder(
            "Tidsstempel fra langt-navn.tidsstempel.example:8443",
            ago(days=2),
            "Certifikatet er ikke det, der er gemt for den.",
            ago(hours=12),
        ),
        OutsideHolder("Vidne hos nabokommunen.example"),
    ),
    may_send=True,
)
_DESK = frame(
    Place.OPERATIONS,
    name="Iben Fog",
    role="operator",
    places=(Place.TODAY, Place.OPERATIONS, Place.RIGHTS),
)


def _desk(lights: tuple[Light, ...], verify: VerifyProgress | None) -> dict[str, object]:
    texts = (988, 12, ago(minutes=4))
    view = OperationsView(lights, "0.1.0", "SQLite", 2, ago(minutes=3), verify, _OUTSIDE, *texts)
    return page(view, _DESK)


_FRAME = frame(Place.CAPTURE)
SAMPLES = {
    "capture": ("capture.html", page(CaptureView(cases=(CASE,)), _FRAME)),
    "capture_wrong": (
        "capture.html",
        page(
            CaptureView(form=wrong("address", "Adressen skal begynde med https://.", "havn")),
            _FRAME,
        ),
    ),
    "capture_running": (
        "capture.html",
        page(
            _run(CaptureState.RUNNING, stage=CaptureStage.PICTURES, posts_read=14, posts_stated=41),
            _FRAME,
        ),
    ),
    "capture_sealed": (
        "capture.html",
        page(
            _run(
                CaptureState.CAPTURED,
                address="",
                posts_read=3,
                ended_at=ago(seconds=20),
                evidence_number="D-0053",
                evidence_url="/evidence/e53",
                sealed_off=True,
            ),
            _FRAME,
        ),
    ),
    "capture_done": (
        "capture.html",
        page(
            _run(
                CaptureState.PARTIAL,
                posts=_POSTS,
                posts_read=3,
                posts_stated=5,
                ended_at=ago(seconds=20),
                evidence_number="D-0053",
                evidence_url="/evidence/e53",
            ),
            _FRAME,
        ),
    ),
    "capture_failed": (
        "capture.html",
        page(
            _run(
                CaptureState.FAILED,
                problem=CaptureProblem.SIGN_IN_NEEDED,
                typing_url="/typed-posts?visit=3",
                typed=_TYPED,
            ),
            _FRAME,
        ),
    ),
    "capture_typed": (
        "capture.html",
        page(
            _run(
                CaptureState.TYPED,
                typed=_TYPED[:1],
                typing_url="/typed-posts?visit=4",
                evidence_number="D-0061",
                evidence_url="/evidence/e61",
            ),
            _FRAME,
        ),
    ),
    "typed_post": (
        "typed_post.html",
        page(TypedPostView(_ADDRESS, 2_000_000, "3", CASE, back="/capture/3"), _FRAME),
    ),
    "typed_post_elsewhere": (
        "typed_post.html",
        page(
            TypedPostView(
                "",
                2_000_000,
                cases=(CASE,),
                form=wrong("permalink", "Skriv hele adressen, fra https://", "eksempel"),
            ),
            _FRAME,
        ),
    ),
    "mail_out": (
        "mail_out.html",
        page(
            MailOutView(
                waits=("12 beskeder venter til i morgen kl. 08.00.",),
                unreached=(
                    UnreachedRow("Asta Amr", "Der er ingen mailadresse.", ago(hours=3), "/people"),
                ),
                unreached_count=1,
                stuck=(
                    StuckRow(
                        "Kvittering",
                        ago(hours=2),
                        "Mailsystemet kan ikke nås.",
                        given_up=False,
                        next_at=ago(minutes=-20),
                        attempts=7,
                    ),
                    StuckRow(
                        "Om adgang til en sag",
                        ago(days=2),
                        "Mailsystemet siger, at den postkasse ikke findes (550).",
                        given_up=True,
                        attempts=1,
                        again_url="/operations/mail/1/again",
                    ),
                ),
                all_url="/operations/mail/again",
                last_left=ago(hours=3),
                more_url="/operations/mail?before=1",
            ),
            frame(Place.OPERATIONS),
        ),
    ),
    "mail_out_calm": ("mail_out.html", page(MailOutView(to_folder="/srv/outbox"), _FRAME)),
    "operations": ("operations.html", _desk(_LIGHTS, _FINDINGS)),
    "operations_running": ("operations.html", _desk(_LIGHTS[1:], _RUNNING)),
    "operations_green": ("operations.html", _desk(_LIGHTS[2:4], _CLEAN)),
}
