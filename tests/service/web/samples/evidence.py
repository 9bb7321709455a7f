"""Samples: a piece of evidence in its states, the list, and what is revealed."""

from service.web.views.capture import TypedHere
from service.web.views.evidence import (
    CustodyAct,
    CustodyEntry,
    Erasure,
    EvidenceKind,
    EvidenceListView,
    EvidencePart,
    EvidenceRow,
    EvidenceState,
    EvidenceView,
    Fact,
    FactName,
    HiddenPicture,
    HiddenText,
    HowKnown,
    Mark,
    Reader,
    RevealedPicture,
    RevealedText,
    Unchanged,
)
from service.web.views.frame import Place
from service.web.views.playing import HiddenMedia, RevealedMedia
from service.web.views.proof import OutsideSeal, Proof
from service.web.views.sealed import Sealed
from service.web.views.twins import AgainHandedIn, LooksAlike, Twin
from service.web.views.unchanged import Compared, Match, UnchangedView
from tests.service.web.samples.around import CASE, DIGEST, ago, frame, page, wrong

_FACTS = (
    Fact(FactName.FROM, "Kurt Berg <kurt.berg@example.org>", HowKnown.ATTACHED),
    Fact(FactName.TO, "amira.hansen@havn.example", HowKnown.ATTACHED),
    Fact(FactName.SENT, ago(hours=13), HowKnown.VERIFIED),
    Fact(FactName.RECEIVED, ago(hours=1.3), HowKnown.MEASURED),
    Fact(FactName.HANDED_IN_BY, "Amira Hansen", HowKnown.TOLD),
    Fact(FactName.NOTE, "Det er den samme som i november.", HowKnown.TOLD),
    Fact(FactName.SIZE, 48_213, HowKnown.MEASURED),
    Fact(FactName.DIGEST, DIGEST, HowKnown.MEASURED),
)
_CUSTODY = (
    CustodyEntry(ago(hours=1.3), CustodyAct.RECEIVED, 1840, "Amira Hansen"),
    CustodyEntry(ago(hours=1.29), CustodyAct.READ, 1841),
    CustodyEntry(ago(hours=1.28), CustodyAct.JOINED_CASE, 1842, None, "2027-014"),
    CustodyEntry(ago(minutes=22), CustodyAct.VIEWED, 1855, "Mette Holm"),
)
_PROOF = Proof(
    1840,
    DIGEST,
    (DIGEST[::-1], DIGEST),
    1861,
    DIGEST[::-1],
    ago(minutes=14),
    DIGEST,
    (OutsideSeal("Vidne: Nabokommunen", ago(hours=2), 1822),),
)
_READERS = (Reader("Mette Holm", "leader", ago(minutes=22), "Sagsansvarlig, trin 12.1"),)


def _view(**changes: object) -> EvidenceView:
    whole: dict[str, object] = {
        "id": "e42",
        "number": "D-0042",
        "kind": EvidenceKind.MAIL,
        "state": EvidenceState.READ,
        "received_at": ago(hours=1.3),
        "sha256": DIGEST,
        "facts": _FACTS,
        "unchanged": Unchanged.UNCHANGED,
        "checked_at": ago(minutes=14),
        "text": HiddenText(612, 1),
        "cases": (CASE,),
        "readers": _READERS,
        "custody": _CUSTODY,
        "proof": _PROOF,
        "original_url": "/evidence/e42/original",
        "parts": (
            EvidencePart("billede.jpg", EvidenceKind.PICTURE, EvidenceState.READ, "/evidence/e43"),
            EvidencePart(
                "https://example.org/grupper/opslag/1234567890/kommentarer",
                EvidenceKind.PAGE,
                EvidenceState.READING,
                "/evidence/e44",
            ),
        ),
    }
    return EvidenceView(**{**whole, **changes})  # type: ignore[arg-type]  # keyword bag of a sample


_FRAME = frame(Place.EVIDENCE)
_ROWS = (
    EvidenceRow(
        "D-0042",
        "/evidence/e42",
        EvidenceKind.MAIL,
        EvidenceState.READ,
        ago(hours=1.3),
        "Amira Hansen, Borgerservice",
        48_213,
        Unchanged.UNCHANGED,
        CASE,
    ),
    EvidenceRow(
        "D-0043",
        "/evidence/e43",
        EvidenceKind.PICTURE,
        EvidenceState.READING,
        ago(hours=30),
        "Sikret af Sara Lund",
        3_214_880,
    ),
    EvidenceRow(
        "D-0031",
        "/evidence/e31",
        EvidenceKind.OTHER,
        EvidenceState.UNREADABLE,
        ago(days=6),
        "arkiv@havn.example",
        912,
        case=CASE,
    ),
)
_WORDS = "Du er en dårlig sagsbehandler, Amira H., og det ved I godt alle sammen derinde."

SAMPLES = {
    "evidence": ("evidence.html", page(_view(), _FRAME)),
    "evidence_picture": (
        "evidence.html",
        page(
            _view(
                kind=EvidenceKind.PICTURE,
                picture=HiddenPicture(1170, 2532, 2, has_text=True),
                may_reveal=False,
                glass_url="/cases/2027-014/glass?evidence=e42",
                proof=None,
                parts=(),
            ),
            _FRAME,
        ),
    ),
    "evidence_reading": (
        "evidence.html",
        page(
            _view(
                state=EvidenceState.RECEIVED,
                unchanged=Unchanged.NOT_CHECKED,
                checked_at=None,
                text=None,
                parts=(),
                readers=(),
                cases=(),
            ),
            _FRAME,
        ),
    ),
    "evidence_unreadable": (
        "evidence.html",
        page(
            _view(
                state=EvidenceState.UNREADABLE,
                text=None,
                parts=(),
                may_reveal=False,
                original_url=None,
            ),
            _FRAME,
        ),
    ),
    "evidence_not_secured": (
        "evidence.html",
        page(
            _view(
                state=EvidenceState.NOT_SECURED,
                kind=EvidenceKind.PAGE,
                problem="Siden kan kun ses af dem, der er logget ind. Indsend et skærmbillede.",
                typing_url="/typed-posts?visit=3",
                text=None,
                parts=(),
            ),
            _FRAME,
        ),
    ),
    "evidence_typed": (
        "evidence.html",
        page(
            _view(
                kind=EvidenceKind.PICTURE,
                picture=HiddenPicture(1170, 2532, 1, has_text=True),
                typed=TypedHere("Kurt Berg", "Sara Lund", ago(hours=1), True, "/queue?post=9"),
                parts=(),
            ),
            _FRAME,
        ),
    ),
    "evidence_changed": ("evidence.html", page(_view(unchanged=Unchanged.CHANGED), _FRAME)),
    "evidence_erased": (
        "evidence.html",
        page(
            _view(
                state=EvidenceState.ERASED,
                text=None,
                parts=(),
                facts=_FACTS[3:4],
                erasure=Erasure(ago(days=2), "Jurist Bo Lind", "Indsendt ved en fejl."),
                original_url=None,
                proof=Proof(1840, DIGEST, (), 1861, DIGEST, ago(minutes=14), DIGEST),
            ),
            _FRAME,
        ),
    ),
    "evidence_twins": (
        "evidence.html",
        page(
            _view(
                kind=EvidenceKind.PICTURE,
                text=None,
                parts=(),
                picture=HiddenPicture(1170, 2532),
                also=(
                    Twin("D-0007", "/evidence/e7", ago(days=3), "Jonas Falk"),
                    Twin("D-0009", "/evidence/e9", ago(days=2), None),
                ),
                again=(AgainHandedIn(ago(hours=1), "Amira Hansen"),),
                alike=(LooksAlike("D-0011", "/evidence/e11", ago(days=1), nearly=True),),
                seal_off_url="/evidence/e42/sealing-off",
                notes=("Teksten i det kan ikke læses sikkert. Se billedet.",),
            ),
            _FRAME,
        ),
    ),
    "evidence_film": (
        "evidence.html",
        page(
            _view(
                kind=EvidenceKind.SOUND_OR_FILM,
                text=None,
                parts=(),
                media=HiddenMedia(film=True, duration="0:42"),
                facts=(
                    *_FACTS[3:],
                    Fact(FactName.DURATION, "0:42", HowKnown.READ_BY_MACHINE),
                    Fact(FactName.DEVICE, "Apple iPhone 14", HowKnown.STATED),
                ),
            ),
            _FRAME,
        ),
    ),
    "evidence_sealed": (
        "evidence.html",
        page(
            _view(
                kind=EvidenceKind.PICTURE,
                state=EvidenceState.SEALED_OFF,
                text=None,
                parts=(),
                facts=_FACTS[3:4],
                readers=(),
                named=False,
                may_reveal=False,
                original_url=None,
                sealed=Sealed(ago(minutes=3)),
            ),
            _FRAME,
        ),
    ),
    "evidence_sealed_dpo": (
        "evidence.html",
        page(
            _view(
                kind=EvidenceKind.PICTURE,
                state=EvidenceState.SEALED_OFF,
                text=None,
                parts=(),
                may_reveal=False,
                original_url=None,
                sealed=Sealed(
                    ago(minutes=3),
                    twin=True,
                    police_url="/evidence/e42/police",
                    lift_url="/evidence/e42/sealing-off/lift",
                ),
                form=wrong("police-recipient", "Skriv, hvem i politiet der får den."),
            ),
            _FRAME,
        ),
    ),
    "sealed_list": ("evidence_list.html", page(EvidenceListView((), sealed_only=True), _FRAME)),
    "unchanged": ("unchanged.html", page(UnchangedView(2_000_000_000), _FRAME)),
    "unchanged_yes": (
        "unchanged.html",
        page(
            UnchangedView(
                2_000_000_000,
                Compared(
                    DIGEST,
                    (Match("D-0042", "/evidence/e42", ago(hours=30), "Amira Hansen"),),
                    "skærmbillede.png",
                    48_213,
                ),
            ),
            _FRAME,
        ),
    ),
    "unchanged_no": (
        "unchanged.html",
        page(UnchangedView(2_000_000_000, Compared(DIGEST, ())), _FRAME),
    ),
    "unchanged_wrong": (
        "unchanged.html",
        page(
            UnchangedView(
                2_000_000_000,
                form=wrong("sha256", "En SHA-256 har 64 tegn: cifre og bogstaverne a til f."),
            ),
            _FRAME,
        ),
    ),
    "revealed_media": (
        "revealed.html",
        {
            "frame": _FRAME,
            "part": "media",
            "revealed": RevealedMedia(
                "",  # there is no evidence host here, and nothing that its policy lets be played
                film=False,
                facts="Lyd fra dokumentationen",
                viewed_at=ago(seconds=2),
                back="/evidence/e42",
                target="media-e42",
            ),
        },
    ),
    "evidence_list": (
        "evidence_list.html",
        page(EvidenceListView(_ROWS, 3, next_url="/evidence?after=3"), _FRAME),
    ),
    "evidence_none": ("evidence_list.html", page(EvidenceListView(()), _FRAME)),
    "revealed_text": (
        "revealed.html",
        {
            "frame": _FRAME,
            "part": "text",
            "revealed": RevealedText(
                _WORDS, ago(seconds=2), "/evidence/e42", "text-e42", (Mark(9, 29), Mark(31, 39))
            ),
        },
    ),
    "revealed_picture": (
        "revealed.html",
        {
            "frame": _FRAME,
            "part": "picture",
            "revealed": RevealedPicture(
                ("/static/app-icon.svg",),
                "Skærmbillede af et opslag fra i går",
                ago(seconds=2),
                "/evidence/e42",
                "picture-e42",
                512,
                512,
            ),
        },
    ),
}
