"""Samples: Til vurdering, in its states."""

from dataclasses import replace
from datetime import date

from service.web.views.evidence import HiddenPicture, HiddenText
from service.web.views.frame import Place
from service.web.views.queue import (
    Barrier,
    ClauseChoice,
    DecisionCard,
    Duty,
    FindingView,
    Grade,
    Outcome,
    PostState,
    Proposal,
    QueueRow,
    QueueView,
    SampleLook,
    SampleRow,
    SealedPost,
    Secured,
    SimilarDecision,
    ThreadPost,
    TypedBy,
)
from tests.service.web.samples.around import CASE, ago, frame, page, wrong

_VALID = date(2027, 2, 3)
_NAMED = FindingView(
    "harasses-named",
    "Chikane mod navngivne medarbejdere",
    Duty.MUST,
    "Navn og nedsættende ord",
    "4",
    _VALID,
    2,
    deobfuscated=True,
)
_UNSUITABLE = FindingView("unsuitable", "Upassende på siden", Duty.MAY, "Grov tone", "4", _VALID, 1)
_ROWS = (
    QueueRow(
        "/queue?post=7",
        "Kurt Berg",
        "Havn Kommune på nettet",
        ago(minutes=50),
        Duty.MUST,
        "Strider mod loven",
        unlawful=True,
        this=True,
    ),
    QueueRow(
        "/queue?post=8",
        "borger1972",
        "Havn Kommune på nettet",
        ago(hours=3),
        Duty.MUST,
        "Chikane mod navngivne medarbejdere",
        secured=False,
    ),
    QueueRow(
        "/queue?post=9",
        "Lise T.",
        "Havn Bibliotek",
        ago(hours=19),
        Duty.MAY,
        "Upassende på siden",
        waits_for_second=True,
    ),
)
_THREAD = (
    ThreadPost("Havn Kommune", ago(hours=20), 0),
    ThreadPost("Lise T.", ago(hours=19), 1),
    ThreadPost("Kurt Berg", ago(hours=2), 1, this=True),
    ThreadPost("En ven", None, 2, secured=False),
)
_SIMILAR = (
    SimilarDecision(ago(days=9), Outcome.DELETE, "Chikane", "Navngav en medarbejder med skældsord"),
    SimilarDecision(ago(days=31), Outcome.LET_STAND, "Upassende", "Skarp, men saglig kritik"),
)


def _card(**changes: object) -> DecisionCard:
    whole: dict[str, object] = {
        "post_id": "p7",
        "author": "Kurt Berg",
        "page": "Havn Kommune på nettet",
        "findings": (_NAMED, _UNSUITABLE),
        "clauses": tuple(
            ClauseChoice(one.clause, one.clause_title, one.duty) for one in (_NAMED, _UNSUITABLE)
        ),
        "permalink": "https://example.org/havn/opslag/1234567890123456789",
        "posted_at": ago(hours=2),
        "text": HiddenText(141),
        "picture": HiddenPicture(680, 412),
        "thread": _THREAD,
        "similar": _SIMILAR,
        "secured": Secured(ago(hours=1), Grade.OWN_CAPTURE, "D-0047", "/evidence/e47"),
        "case": CASE,
        "seal_off_url": "/posts/p7/sealing-off",
    }
    return DecisionCard(**{**whole, **changes})  # type: ignore[arg-type]  # keyword bag of a sample


_BARRED = {
    Outcome.HIDE: Barrier.NO_VERIFIED_CAPTURE,
    Outcome.DELETE: Barrier.NO_VERIFIED_CAPTURE,
}
_PROPOSAL = Proposal(
    Outcome.DELETE, "Sara Lund", ago(hours=1), "Gentager samme råb under hvert opslag.", "Upassende"
)
_SAMPLE = SampleLook(
    "/queue/samples/s1",
    Outcome.DELETE,
    "Per Holm",
    ago(days=6),
    "Uden for sidens formål",
    "Uden for sidens formål",
    5,
)
_DRAWN = (
    SampleRow(
        "/queue/samples/s1", "Billige Briller", Outcome.DELETE, "Reklame", ago(days=6), this=True
    ),
    SampleRow("/queue/samples/s2", "Hurtige Lån", Outcome.HIDE, "Reklame", ago(days=5)),
)
_FRAME = frame(Place.QUEUE, name="Sara Lund", role="page_team")


def _queue(card: DecisionCard | None, rows: tuple[QueueRow, ...] = _ROWS) -> dict[str, object]:
    return page(QueueView(rows, card, 9, 4, 6), _FRAME)


SAMPLES = {
    "queue": ("queue.html", _queue(_card())),
    "queue_not_secured": (
        "queue.html",
        _queue(
            _card(
                findings=(_NAMED,),
                secured=None,
                picture=None,
                capture_problem="Siden kræver, at man er logget ind.",
                barriers=_BARRED,
                may_be_gone=True,
                screenshot_url="/posts/p7/capture-screenshot",
            )
        ),
    ),
    "queue_handed_in": (
        "queue.html",
        _queue(_card(secured=Secured(ago(hours=1), Grade.HANDED_IN, "D-0051"))),
    ),
    "queue_typed": (
        "queue.html",
        _queue(
            _card(
                findings=(),
                thread=(),
                similar=(),
                typed=TypedBy("Sara Lund", ago(hours=1), you=True),
                secured=Secured(ago(hours=1), Grade.HANDED_IN, "D-0061"),
                needs_second=True,
            ),
            (
                QueueRow(
                    "/queue?post=p1",
                    "Kurt Berg",
                    "Borgere i Havn, en lukket gruppe",
                    ago(hours=1),
                    Duty.MAY,
                    "",
                    typed=True,
                    this=True,
                ),
                *_ROWS[1:],
            ),
        ),
    ),
    "queue_sample": (
        "queue.html",
        page(QueueView((), _card(sample=_SAMPLE), samples=_DRAWN), _FRAME),
    ),
    "queue_only_samples": ("queue.html", page(QueueView((), None, samples=_DRAWN), _FRAME)),
    "queue_may": (
        "queue.html",
        _queue(
            _card(
                findings=(_UNSUITABLE,),
                needs_second=True,
                criticism=True,
                state=PostState.EDITED,
                form=wrong("reason", "Skriv, hvorfor opslaget skal slettes."),
            )
        ),
    ),
    "queue_proposal": ("queue.html", _queue(_card(proposal=_PROPOSAL, thread=(), similar=()))),
    "queue_own_proposal": (
        "queue.html",
        _queue(_card(proposal=_PROPOSAL, barriers={Outcome.DELETE: Barrier.OWN_PROPOSAL})),
    ),
    "queue_sealed": (
        "queue.html",
        _queue(
            _card(
                author="",
                permalink=None,
                posted_at=None,
                text=None,
                picture=None,
                thread=(),
                case=None,
                sealed=SealedPost(),
                seal_off_url=None,
            ),
            (replace(_ROWS[0], author="", sealed_off=True), *_ROWS[1:]),
        ),
    ),
    "queue_sealed_dpo": (
        "queue.html",
        _queue(
            _card(
                text=None,
                picture=None,
                sealed=SealedPost((("D-0047", "/evidence/e47"), ("D-0051", "/evidence/e51"))),
                seal_off_url=None,
                barriers=dict.fromkeys(Outcome, Barrier.NOT_PERMITTED),
            )
        ),
    ),
    "queue_empty": ("queue.html", page(QueueView((), None, decided_today=11), _FRAME)),
}
