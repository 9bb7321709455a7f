"""Samples: Sag, in its states; the list; closing."""

from dataclasses import replace
from datetime import date

from service.web.views.case import (
    Account,
    Act,
    CaseRow,
    CasesView,
    CaseView,
    CaseWish,
    CircleMember,
    Circumstance,
    ClockState,
    ClockView,
    CloseCaseView,
    LetterRow,
    Seriousness,
    ShutCase,
    Tab,
    TimelineEntry,
    WishView,
)
from service.web.views.concerned import CameIn, OwedStep, Shape
from service.web.views.evidence import HiddenText
from service.web.views.frame import Origin, Place
from service.web.views.person import WishAnswer, WishState
from service.web.views.step import FieldKind, StepField, StepForm, StepState, StepView
from tests.service.web.samples.around import DONE, ago, ahead, frame, page, wrong
from tests.service.web.samples.evidence import _ROWS

_TITLES = (
    ("12.1", "Ledelsen orienteres"),
    ("12.2", "Dokumentationen sikres"),
    ("12.3", "Det afgøres, om opslaget slettes"),
    ("12.4", "Det afgøres, om borgeren blokeres"),
    ("12.5", "Psykisk førstehjælp"),
    ("12.6", "Andre medarbejdere orienteres"),
    ("12.7", "Dialog med borgeren"),
    ("12.8", "Møde med borgeren"),
    ("12.9", "Politianmeldelse"),
    ("12.10", "Indberetning i InsuBiz"),
    ("12.11", "Opfølgning med medarbejderen"),
    ("12.12", "Evaluering"),
)


def _step(number: str, title: str, state: StepState = StepState.OPEN, **more: object) -> StepView:
    whole: dict[str, object] = {"responsible": "leder", **more}
    return StepView(number, number, title, f"/cases/2027-014?step={number}", state, **whole)  # type: ignore[arg-type]  # keyword bag of a sample


_DONE = {"settled_at": ago(hours=1), "settled_by": "Mette Holm"}
_TALKS = (
    _step("12.11a", "Samtale efter en uge", StepState.WAITING, opens_at=ahead(days=6)),
    _step("12.11b", "Samtale efter en måned", StepState.WAITING, opens_at=ahead(days=27)),
)
_MORE: dict[str, tuple[StepState, dict[str, object]]] = {
    "12.1": (StepState.DONE, _DONE),
    "12.2": (StepState.DONE, _DONE),
    "12.3": (StepState.OPEN, {"due": ahead(hours=3), "origin": Origin.SUGGESTION}),
    "12.4": (StepState.WAITING, {"waits_for": ("12.3 Det afgøres, om opslaget slettes",)}),
    "12.5": (StepState.OPEN, {"due": ago(hours=1), "late": True, "origin": Origin.SOURCE}),
    "12.8": (StepState.OPEN, {"expected": False}),
    "12.6": (StepState.NOT_RELEVANT, {**_DONE, "reason": "Kun én er berørt."}),
    "12.11": (StepState.WAITING, {"waits_for_parts": ("Samtale efter en uge",), "parts": _TALKS}),
    "12.12": (StepState.WAITING, {"waits_for": ("12.11 Opfølgning med medarbejderen",)}),
}


def _steps() -> tuple[StepView, ...]:
    return tuple(
        _step(
            number,
            title,
            _MORE.get(number, (StepState.OPEN, {}))[0],
            **_MORE.get(number, (0, {}))[1],
        )
        for number, title in _TITLES
    )


_ACTS = (
    Act(
        "Ring til Amira",
        "/cases/2027-014?step=12.5",
        "Mette Holm",
        "Psykisk førstehjælp kommer før alt andet. Amira venter på at høre fra dig.",
        due=ago(hours=1),
        origin=Origin.SOURCE,
    ),
    Act(
        "Afgør, om opslaget slettes",
        "/queue?post=7",
        "Kommunikation",
        "Opslaget er sikret. Reglen siger, at det skal slettes.",
        mine=False,
        due=ahead(hours=3),
        origin=Origin.SUGGESTION,
    ),
    Act(
        "Læs anmeldelsen igennem",
        "/cases/2027-014?step=12.9",
        "Mette Holm",
        "Trusler anmeldes som udgangspunkt.",
        due=ahead(hours=22),
        origin=Origin.LAW,
        draft="Politianmeldelse",
    ),
)
_CLOCKS = (
    ClockView(
        "Svar til medarbejderen",
        ClockState.EXPIRED,
        Origin.SOURCE,
        "Retningslinjen",
        ago(hours=3),
        ago(hours=1),
        None,
        late=True,
    ),
    ClockView(
        "72 timer til politianmeldelse",
        ClockState.RUNNING,
        Origin.LAW,
        "Offererstatningsloven § 10",
        ago(hours=14),
        ahead(hours=58),
    ),
    ClockView(
        "Indberetning i EASY",
        ClockState.RUNNING,
        Origin.LAW,
        "14 dage fra første fraværsdag",
        ago(days=1),
        ahead(days=13),
    ),
    ClockView(
        "Ledelsen orienteret",
        ClockState.STOPPED,
        Origin.SUGGESTION,
        "4 arbejdstimer",
        ago(hours=2),
        ahead(hours=2),
        ago(hours=1),
    ),
    ClockView("Klage til platformen", ClockState.NOT_STARTED, Origin.LAW, "DSA art. 20"),
)
_ANSWER = WishAnswer(
    WishState.PARTLY, "Vi siger det kun til Ada, som passer telefonen.", "Mette Holm", ago(hours=1)
)
_FIELDS = (
    StepField(
        "talked_on", "Hvornår talte I sammen?", FieldKind.DATE, required=True, value="2027-02-08"
    ),
    StepField(
        "offered",
        "Hvad er tilbudt?",
        FieldKind.CHOICE,
        True,
        choices=(("talk", "Samtale"), ("psychologist", "Psykolog")),
    ),
    StepField("agreed", "Hvad aftalte I?", FieldKind.LONG_TEXT, hint="Ingen helbredsoplysninger."),
    StepField("takes_over", "Lederen har overtaget sagen", FieldKind.TICK),
)
_FORM = StepForm(
    _steps()[4],
    "Tal med medarbejderen. Lyt, anerkend, og overtag sagen.",
    "tilbuddet er givet, og en anden end medarbejderen har sagen.",
    "Den, der er ramt, skal ikke bære sagen alene.",
    _FIELDS,
    may_be_not_relevant=False,
)


def _case(**changes: object) -> CaseView:
    whole: dict[str, object] = {
        "number": "2027-014",
        "url": "/cases/2027-014",
        "title": "Opslag og mail mod en medarbejder",
        "seriousness": Seriousness.SERIOUS,
        "opened_at": ago(hours=3),
        "unit": "Borgerservice",
        "harassed": ("Amira Hansen", "Borgerservice som arbejdsplads"),
        "handler": "Mette Holm",
        "deputy": "Ole Krog",
        "steps": _steps(),
        "next_at": ahead(hours=3),
        "next_title": "Afgørelse om opslaget",
        "acts": _ACTS,
        "clocks": _CLOCKS,
        "documentation": _ROWS,
        "counts": {Tab.DOCUMENTATION: "3", Tab.TIMELINE: "1.000+", Tab.LETTERS: "1"},
        "timeline": (
            TimelineEntry(
                ago(minutes=22), "Dokumentation D-0042 blev læst", "Mette Holm", "/evidence/e42"
            ),
            TimelineEntry(ago(hours=3), "Sagen åbnede med en mail", None),
        ),
        "letters": (
            LetterRow("Politianmeldelse", "Udkast", ago(hours=1), "/cases/2027-014/letters/1"),
        ),
        "circumstances": (
            Circumstance("threat", "Der er fremsat trusler", holds=True),
            Circumstance("injury", "Nogen er kommet til skade", holds=False),
        ),
        "may_state": True,
        "wishes": (
            CaseWish("/cases/2027-014/wishes/w2", ago(hours=1)),
            CaseWish(None, ago(hours=3), _ANSWER),
        ),
        "accounts": (Account("Vred Borger", "https://facebook.example/vred", "facebook"),),
        "circle": (
            CircleMember("Mette Holm", "leader", ago(hours=3)),
            CircleMember("Lone Dam", "amr", ago(hours=1), date(2027, 3, 1)),
        ),
        "circle_url": "/cases/2027-014/circle",
        "glass_url": "/cases/2027-014/glass",
        "may_invite": True,
        "more_url": "/cases/2027-014?before=x&after=y#tabs",
        "first_url": "/cases/2027-014?tab=documentation#tabs",
        "hand_in_url": "/hand-in?case=2027-014",
        "capture_url": "/capture?case=2027-014",
        "close_url": "/cases/2027-014/close",
    }
    return CaseView(**{**whole, **changes})  # type: ignore[arg-type]  # keyword bag of a sample


_FRAME = frame(Place.CASES)
_ROW = CaseRow(
    "2027-014",
    "/cases/2027-014",
    "Opslag og mail mod en medarbejder",
    Seriousness.SERIOUS,
    "Borgerservice",
    "Mette Holm",
    ago(hours=3),
    3,
    12,
    ahead(hours=3),
    "Afgørelse om opslaget",
)
_LATE = CaseRow(
    "2027-009",
    "/cases/2027-009",
    "Udhængning i en gruppe",
    Seriousness.UNKNOWN,
    "Jobcenter",
    None,
    ago(days=9),
    7,
    12,
    ago(hours=20),
    "Opfølgende samtale",
)

_WISH = WishView(
    "2027-014",
    "/cases/2027-014",
    "/cases/2027-014/wishes/w2",
    "w2",
    "D-0044",
    ago(hours=1),
    "Amira Hansen",
    HiddenText(51),
)

SAMPLES = {
    "wish": ("wish.html", page(_WISH, _FRAME)),
    "wish_answered": (
        "wish.html",
        page(
            replace(
                _WISH,
                answers=(_ANSWER, replace(_ANSWER, state=WishState.REFUSED)),
                form=wrong("reason", "Skriv hvorfor, så medarbejderen kan forstå det."),
            ),
            _FRAME,
        ),
    ),
    "case": ("case.html", page(_case(), _FRAME)),
    "case_step": ("case.html", page(_case(open_step=_FORM), frame(Place.CASES, notice=DONE))),
    "case_step_wrong": (
        "case.html",
        page(
            _case(
                open_step=StepForm(
                    _FORM.step,
                    _FORM.what,
                    _FORM.done_when,
                    fields=_FIELDS,
                    form=wrong("field-talked_on", "Skriv datoen for samtalen."),
                ),
                tab=Tab.TIMELINE,
            ),
            _FRAME,
        ),
    ),
    "case_danger": (
        "case.html",
        page(
            _case(
                seriousness=Seriousness.DANGER, handler=None, acts=(), clocks=(), documentation=()
            ),
            _FRAME,
        ),
    ),
    "case_limited": (
        "case.html",
        page(_case(limited=True, acts=(), close_url=None, tab=Tab.LETTERS), _FRAME),
    ),
    "case_letters": ("case.html", page(_case(tab=Tab.LETTERS, acts=_ACTS[:1]), _FRAME)),
    "close_refused": (
        "close_case.html",
        page(
            CloseCaseView(
                "2027-014",
                "/cases/2027-014",
                _steps()[2:5],
                3,
                12,
                wishes=(CaseWish("/cases/2027-014/wishes/w2", ago(hours=1)),),
            ),
            _FRAME,
        ),
    ),
    "close": (
        "close_case.html",
        page(CloseCaseView("2027-014", "/cases/2027-014", (), 12, 12), _FRAME),
    ),
    "cases": ("cases.html", page(CasesView((_ROW, _LATE)), _FRAME)),
    "cases_shut": (
        "cases.html",
        page(
            CasesView(
                (replace(_ROW, restricted=True), replace(_LATE, merged=True)),
                shut=(ShutCase("2027-011", ago(days=4), "/cases/2027-011/glass"),),
            ),
            _FRAME,
        ),
    ),
    "case_shaped": (
        "case.html",
        page(
            _case(
                harassed=("Amira Hassan", "Bo Krog", "Jobcentret"),
                shape=Shape(
                    restricted=True,
                    restriction_url="/cases/2027-014/restriction",
                    concerned_url="/cases/2027-014/concerned",
                    merge_url="/cases/2027-014/merge",
                ),
                came_in=(
                    CameIn(
                        "2027-009",
                        "Mette Holm",
                        ago(hours=1),
                        "Det er de samme opslag fra den samme profil.",
                        "/cases/2027-009?as_it_was=1",
                    ),
                    CameIn("2027-008", "Mette Holm", ago(days=1), "Den samme mail."),
                ),
                owed=(
                    OwedStep(
                        "Psykisk førstehjælp, og sagen overtages",
                        "Bo Krog",
                        "/cases/2027-014?step=12.5#step",
                    ),
                ),
            ),
            _FRAME,
        ),
    ),
    "case_merged": (
        "case.html",
        page(
            _case(
                closed_at=ago(hours=1),
                shape=Shape(merged_into="2027-015"),
                acts=(),
                clocks=(),
                close_url=None,
                hand_in_url=None,
                capture_url=None,
                next_at=None,
                next_title=None,
            ),
            _FRAME,
        ),
    ),
    "cases_none": ("cases.html", page(CasesView((), closed=True), _FRAME)),
}
