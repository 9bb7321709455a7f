"""Samples: Lav bevispakke, a bundle in its states, Dæk andre personer."""

from dataclasses import replace

from service.web.views.bundle import (
    BundleChoice,
    BundleFormView,
    BundlePart,
    BundleProblem,
    BundleRun,
    BundleState,
    BundleView,
    CoverView,
)
from service.web.views.evidence import EvidenceKind
from service.web.views.frame import FormState, Place
from tests.service.web.samples.around import CASE, ago, frame, page, wrong

_FRAME = frame(Place.CASES)
_MANY = 1_234_567_890
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_CHOICES = (
    BundleChoice("1", "D-0042", EvidenceKind.MAIL, "Trusler fra Kurt.eml", ago(days=2)),
    BundleChoice(
        "2",
        "D-0051",
        EvidenceKind.PICTURE,
        "Skærmbillede_2027-01-30_meget-langt-navn-uden-mellemrum-der-skal-kunne-brydes.png",
        ago(days=1),
        redacted=True,
        redact_url="/evidence/2/redaction",
    ),
    BundleChoice("3", "D-0060", EvidenceKind.PAGE, "", ago(hours=3), chosen=False),
)
_PARTS = (
    BundlePart("vaern-2027-014-20270201-1-af-2.zip", "/bundles/1/1", _MANY, _DIGEST),
    BundlePart("vaern-2027-014-20270201-2-af-2.zip", "/bundles/1/2", 52_000, _DIGEST),
)


def _run(state: BundleState, **changes: object) -> BundleRun:
    facts: dict[str, object] = {
        "url": "/poll/bundle",
        "state": state,
        "recipient": "Midt- og Vestsjællands Politi",
        "purpose": "Anmeldelse af trusler mod Anna Holm, sag 2027-014.",
        "pieces": 3,
        "asked_at": ago(minutes=1),
        "asked_by": "Mette Leder",
        "fingerprint": _DIGEST,
    }
    return BundleRun(**{**facts, **changes})  # type: ignore[arg-type]  # keyword bag of a sample


_READY = _run(BundleState.READY, parts=_PARTS, ends_at=ago(days=-7))
_BOOKLET = _run(
    BundleState.READY,
    booklet=True,
    private_in=("D-0042", "D-0047"),
    parts=tuple(
        BundlePart(
            f"vaern-2027-014-20270201-bilagshaefte-{part}-af-2.pdf",
            f"/bundles/1/{part}",
            9_400_000,
            _DIGEST,
        )
        for part in (1, 2)
    ),
    ends_at=ago(days=-7),
)
_FAILED = _run(BundleState.FAILED, problem=BundleProblem.NOT_REDACTED, redacted=True)
_COVER = CoverView("D-0051", "/evidence/2/redaction", "/evidence/2")

SAMPLES = {
    "bundle_form": ("bundle_form.html", page(BundleFormView(CASE, _CHOICES), _FRAME)),
    "bundle_form_wrong": (
        "bundle_form.html",
        page(
            BundleFormView(
                CASE,
                _CHOICES,
                sealed_off=True,
                earlier=(_READY, _FAILED, _run(BundleState.ENDED)),
                form=wrong("recipient", "Skriv, hvem der skal have den.", ""),
            ),
            _FRAME,
        ),
    ),
    "bundle_form_empty": ("bundle_form.html", page(BundleFormView(CASE, ()), _FRAME)),
    "bundle_waiting": ("bundle.html", page(BundleView(_run(BundleState.WAITING), CASE), _FRAME)),
    "bundle_making": (
        "bundle.html",
        page(BundleView(_run(BundleState.MAKING, done=_MANY // 3, total=_MANY), CASE), _FRAME),
    ),
    "bundle_ready": ("bundle.html", page(BundleView(_READY, CASE), _FRAME)),
    "bundle_without_booklet": (
        "bundle.html",
        page(BundleView(replace(_READY, problem=BundleProblem.NOT_PRINTED), CASE), _FRAME),
    ),
    "booklet_form": (
        "bundle_form.html",
        page(
            BundleFormView(CASE, _CHOICES, form=FormState({"what": "booklet"})),
            _FRAME,
        ),
    ),
    "booklet_making": (
        "bundle.html",
        page(BundleView(_run(BundleState.MAKING, booklet=True, done=42, total=200), CASE), _FRAME),
    ),
    "booklet_ready": ("bundle.html", page(BundleView(_BOOKLET, CASE), _FRAME)),
    "booklet_without_pictures": (
        "bundle.html",
        page(BundleView(replace(_BOOKLET, problem=BundleProblem.NO_PICTURES), CASE), _FRAME),
    ),
    "booklet_refused": (
        "bundle.html",
        page(
            BundleView(_run(BundleState.FAILED, booklet=True, problem=BundleProblem.PRIVATE), CASE),
            _FRAME,
        ),
    ),
    "bundle_failed": ("bundle.html", page(BundleView(_FAILED, CASE), _FRAME)),
    "bundle_stopped": ("bundle.html", page(BundleView(_run(BundleState.STOPPED), None), _FRAME)),
    "bundle_ended": ("bundle.html", page(BundleView(_run(BundleState.ENDED), CASE), _FRAME)),
    "cover_hidden": ("redaction.html", page(_COVER, _FRAME)),
    "cover_text": (
        "redaction.html",
        page(
            CoverView(
                "D-0042",
                "/evidence/1/redaction",
                "/evidence/1",
                text="Vi ved, hvor du bor.\nHilsen Kurt og nabo Niels.",
                shown=True,
                result_text="Vi ved, hvor du bor.\nHilsen Kurt og nabo █████.",
                form=wrong("words", "»Nils« blev ikke fundet.", "Nils"),
            ),
            _FRAME,
        ),
    ),
}
