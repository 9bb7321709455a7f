"""Samples: signing in, today, handing in, receipt, errors, rights, to be sorted."""

from service.web.views.access import (
    ErrorView,
    SignedOutView,
    SignInRefusal,
    SignInView,
)
from service.web.views.evidence import EvidenceKind, EvidenceState
from service.web.views.frame import CaseLink, Origin, Place
from service.web.views.hand_in import HandInView, KeptFile, ReceiptView
from service.web.views.today import TaskKind, TodayTask, TodayView, Told
from service.web.views.triage import TriageItem, TriageView
from tests.service.web.samples.around import (
    CASE,
    DIGEST,
    DONE,
    EMPLOYEE,
    ago,
    ahead,
    frame,
    outside,
    page,
    wrong,
)

_TASKS = (
    TodayTask(
        TaskKind.STEP,
        "Ring til den berørte medarbejder",
        "/cases/2027-014?step=12.5",
        "Amira meldte en trussel kl. 7.58 og venter på at høre fra dig.",
        CASE,
        ahead(minutes=46),
        Origin.SOURCE,
    ),
    TodayTask(
        TaskKind.REVIEW,
        "Se på en kollegas forslag om at slette et opslag",
        "/queue?post=7",
        None,
        None,
        ahead(hours=3),
        Origin.SUGGESTION,
    ),
    TodayTask(
        TaskKind.TALK,
        "Opfølgende samtale efter en uge",
        "/cases/2027-009?step=12.11",
        None,
        CaseLink("2027-009", "/cases/2027-009"),
        ago(hours=20),
        Origin.SOURCE,
    ),
)
_KEPT = (
    KeptFile("IMG_2041.HEIC", 3_214_880, DIGEST, EvidenceState.READING, "/evidence/1"),
    KeptFile("Skærmbillede 2027-02-08.png", 482_100, DIGEST, EvidenceState.READ, "/evidence/2"),
    KeptFile("ukendt.bin", 912, DIGEST, EvidenceState.UNREADABLE, "/evidence/3"),
)
_HAND_IN = HandInView((CASE, CaseLink("2027-009", "/cases/2027-009")), "arkiv@havn.example")
_TRIAGE = TriageView(
    (
        TriageItem(
            "t1",
            "D-0051",
            "/evidence/51",
            EvidenceKind.MAIL,
            ago(minutes=40),
            "Mail fra ukendt@example.org",
            "Afsenderen er ikke en af vores, og mailen nævner ikke en sag.",
            (CASE,),
        ),
        TriageItem(
            "t2",
            "D-0052",
            "/evidence/52",
            EvidenceKind.PICTURE,
            ago(hours=26),
            "Sara Lund, Borgerservice",
            "Sara er med i to åbne sager.",
        ),
    ),
    (("p1", "Amira Hansen"), ("p2", "Jonas Falk")),
)


def _error(status: int, code: str, **more: object) -> ErrorView:
    return ErrorView(status, code, reference="7f3a91", **more)  # type: ignore[arg-type]  # keyword bag of a sample


SAMPLES = {
    "sign_in": ("sign_in.html", page(SignInView("/"), outside())),
    "sign_in_wrong": (
        "sign_in.html",
        page(SignInView("/", refusal=SignInRefusal.WRONG), outside()),
    ),
    "sign_in_busy": (
        "sign_in.html",
        page(SignInView("/", refusal=SignInRefusal.BUSY, retry_after=20), outside()),
    ),
    "sign_in_wait": (
        "sign_in.html",
        page(SignInView("/", refusal=SignInRefusal.WAIT, retry_after=300), outside()),
    ),
    "sign_in_provider": (
        "sign_in.html",
        page(SignInView("/", provider="Havn Kommune"), outside()),
    ),
    "sign_in_provider_silent": (
        "sign_in.html",
        page(
            SignInView("/", provider="Havn Kommune", refusal=SignInRefusal.PROVIDER_SILENT),
            outside(),
        ),
    ),
    "sign_in_provider_not_believed": (
        "sign_in.html",
        page(
            SignInView(
                "/",
                provider="Havn Kommune",
                refusal=SignInRefusal.PROVIDER_NOT_BELIEVED,
                reference="7f3a91c2",
            ),
            outside(),
        ),
    ),
    "sign_in_not_entered": (
        "sign_in.html",
        page(
            SignInView("/", provider="Havn Kommune", refusal=SignInRefusal.NOT_ENTERED), outside()
        ),
    ),
    "signed_out": (
        "signed_out.html",
        page(SignedOutView("Havn Kommune", "https://login.example/out"), outside()),
    ),
    "today": ("today.html", page(TodayView(_TASKS, _TASKS[2:], 2), frame(Place.TODAY))),
    "today_danger": (
        "today.html",
        page(
            TodayView(
                (
                    TodayTask(
                        TaskKind.ACKNOWLEDGE,
                        "Sig, om du tager den: Amira Hansen er i fare",
                        "/alerts/1",
                        "Nogen kan være i fare lige nu. Ingen har taget den endnu.",
                        due=ago(minutes=4),
                        danger=True,
                    ),
                )
            ),
            frame(Place.TODAY),
        ),
    ),
    "today_told": (
        "today.html",
        page(
            TodayView(
                (),
                told=(
                    Told("Du har vagt.", until=ahead(hours=7)),
                    Told("Du kan følge sag 2027-014.", "/cases/2027-014"),
                ),
            ),
            frame(Place.TODAY),
        ),
    ),
    "today_empty": ("today.html", page(TodayView(()), frame(Place.TODAY, notice=DONE))),
    "hand_in": ("hand_in.html", page(_HAND_IN, frame(Place.HAND_IN))),
    "hand_in_wrong": (
        "hand_in.html",
        page(
            HandInView((), None, form=wrong("files", "Vælg mindst én fil.")),
            frame(Place.HAND_IN, places=EMPLOYEE),
        ),
    ),
    "receipt": (
        "receipt.html",
        page(
            ReceiptView(
                _KEPT[:2], ago(minutes=1), (), CASE, "Mette Holm", ahead(hours=2), "/my-case"
            ),
            frame(Place.HAND_IN),
        ),
    ),
    "receipt_partial": (
        "receipt.html",
        page(ReceiptView(_KEPT, ago(minutes=1), ("video.mov",)), frame(Place.HAND_IN)),
    ),
    "triage": ("triage.html", page(_TRIAGE, frame(Place.TRIAGE))),
    "triage_empty": ("triage.html", page(TriageView(()), frame(Place.TRIAGE))),
    "error_403": ("error.html", page(_error(403, "not-permitted"), frame())),
    "error_404": ("error.html", page(_error(404, "not-found"), frame())),
    "error_sealed": ("error.html", page(_error(409, "sealed-off"), frame())),
    "error_422": ("error.html", page(_error(422, "unknown-field"), frame())),
    "error_429": ("error.html", page(_error(429, "too-many", retry_after=12), outside())),
    "error_500": ("error.html", page(_error(500, "unexpected", kept=("IMG_2041.HEIC",)), frame())),
    "error_507": ("error.html", page(_error(507, "no-space"), frame())),
}
