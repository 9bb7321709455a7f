# ruff: noqa: E501, ISC004 - mails as they are written, several lines to each
import html
from dataclasses import FrozenInstanceError

import pytest

from archive.mailbox.forwarded import Forward, read_forward
from archive.mailbox.forwarded_html import forward_text, read_forward_html
from tests.archive.mailbox.forward_cases import (
    ADDRESS,
    BODY,
    CC,
    LANGUAGES,
    NAME,
    SUBJECT,
    TO,
    Case,
    Language,
    cases_of,
)

every_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
NOTES = (
    "Kære arkiv\n\nJeg har fået denne her. Til: den, der læser med.\n\nMvh\nAne\n",
    "FYI\n-- \nAne Ærø\nByrådssekretariatet\nwww.kommune.example\n\n\n",
)


def differences(found: Forward | None, case: Case) -> list[str]:
    """Return what was read otherwise than it was written."""
    if found is None:
        return [f"{case.name}: nothing found"]
    pairs = {
        "from": ((found.from_name, found.from_address), (NAME, ADDRESS)),
        "subject": (found.subject, SUBJECT),
        "date": (found.date, case.date),
        "understood": ((found.date_understood or "")[:16], "2021-02-03T09:00"),
        "to": (found.to, TO),
        "cc": (found.cc, CC),
        "body": (found.body, BODY),
        "chain": (len(found.chain), 1),
    }
    return [
        f"{case.name}: {name} is {read!r}, not {written!r}"
        for name, (read, written) in pairs.items()
        if read != written
    ]


@every_language
def test_every_program_in_every_language_is_read(language: Language) -> None:
    for case in cases_of(language):
        assert differences(read_forward(case.body, case.subject), case) == []


@every_language
@pytest.mark.parametrize("note", NOTES)
def test_a_colleagues_note_above_changes_nothing(language: Language, note: str) -> None:
    for case in cases_of(language):
        found = read_forward(f"{note}\n{case.body}", case.subject)
        assert differences(found, case) == []


@every_language
def test_windows_line_ends_and_hard_spaces_change_nothing(language: Language) -> None:
    for case in cases_of(language):
        body = case.body.replace(": ", ":\u00a0").replace("\n", "\r\n")
        assert differences(read_forward(body, case.subject), case) == []


@every_language
def test_a_forward_that_is_quoted_is_read(language: Language) -> None:
    for case in cases_of(language):
        body = "\n".join("> " + line for line in case.body.split("\n"))
        assert differences(read_forward(f"Se her\n\n{body}", case.subject), case) == []


@every_language
def test_a_forward_in_html_is_read(language: Language) -> None:
    for case in cases_of(language):
        shown = "".join(f"<div>{html.escape(line)}<br></div>" for line in case.body.split("\n"))
        assert differences(read_forward_html(shown, case.subject), case) == []


@every_language
def test_spans_point_into_the_body_as_given(language: Language) -> None:
    for case in cases_of(language):
        body = "Æ𝛀 først\r\n\r\n" + case.body.replace("\n", "\r\n")
        found = read_forward(body, case.subject)
        assert found is not None
        spans = {name: body[start:end] for name, (start, end) in found.spans.items()}
        assert (spans["from_name"], spans["from_address"]) == (NAME, ADDRESS)
        assert (spans["subject"], spans["date"]) == (SUBJECT, case.date)
        assert spans["to"].startswith(TO[0][0] or "")
        assert spans["cc"] == f"{CC[0][0]} <{CC[0][1]}>"
        assert spans["body"].startswith("Jeg ved")
        assert spans["body"].endswith("Jens")
        assert SUBJECT in spans["header"]


NO_FORWARD = [
    ("Hej Ane\n\nTak for i går.\n\nHilsen Bo", "Tak"),
    ("", ""),
    ("Dato: 3. maj\nTil: alle\nSted: rådhuset\n", "Indkaldelse"),
    ("From: Copenhagen\nTo: Aarhus\nDate: 3 February 2021\nSeat: 12\n", "Your journey"),
    ("Navn: Bo\nFra: Bo <bo@x.example>\nBesked: hej\n", "Kontaktformular"),
    ("Tak!\n\nDen 3. feb. 2021 kl. 09.00 skrev Bo <bo@x.example>:\n\n> Hej\n> Bo\n", "Re: Hej"),
    ("Ok\n\nOn 3 Feb 2021, at 09:00, Bo <bo@x.example> wrote:\n\nHej\n", "Hej"),
    (
        "Tak\n\nFra: Bo <bo@x.example>\nSendt: 3. februar 2021 09:00\nTil: Ane\nEmne: Hej\n\nHej\n",
        "SV: Hej",
    ),
    (
        "Kiitos\n\nLähettäjä: Bo <bo@x.example>\nLähetetty: 3. helmikuuta 2021 9.00\n"
        "Vastaanottaja: Ane\nAihe: Hei\n\nHei\n",
        "VS: Hei",
    ),
    (
        "Thanks\n\n-----Original Message-----\nFrom: Bo <bo@x.example>\nSent: Wednesday\nTo: Ane\n"
        "Subject: Hi\n\nHi\n",
        "RE: Hi",
    ),
    ("Jeg har videresendt mailen til dig:\n\ndu skulle have den nu", "Videresendt?"),
    ("-------------------\nFra: mig\n-------------------\n", "Hilsen"),
    (
        "> > ---------- Forwarded message ---------\n> > From: B <b@x.example>\n> > Date: 3 Feb 2021\n"
        "> > Subject: Hi\n> > To: A\n> >\n> > Hi\n",
        "Re: Fwd: Hi",
    ),
]


@pytest.mark.parametrize(("body", "subject"), NO_FORWARD)
def test_where_nothing_is_forwarded_nothing_is_found(body: str, subject: str) -> None:
    assert read_forward(body, subject) is None


def one(body: str, subject: str = "Fwd: x") -> Forward:
    found = read_forward(body, subject)
    assert found is not None
    return found


REST = "\nDate: Wed, 3 Feb 2021 09:00:00 +0100\nTo: ane@kommune.example\nSubject: x\n\nHej"


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("Bo Hansen <bo@x.example>", "Bo Hansen", "bo@x.example"),
        ('"Hansen, Bo" <bo@x.example>', "Hansen, Bo", "bo@x.example"),
        ("'Bo Hansen' <bo@x.example>", "Bo Hansen", "bo@x.example"),
        ("*Bo Hansen* <bo@x.example>", "Bo Hansen", "bo@x.example"),
        ("bo@x.example", None, "bo@x.example"),
        ("<bo@x.example>", None, "bo@x.example"),
        ("bo@x.example <bo@x.example>", None, "bo@x.example"),
        ("Bo Hansen [mailto:bo@x.example]", "Bo Hansen", "bo@x.example"),
        ("Bo Hansen <mailto:bo@x.example>", "Bo Hansen", "bo@x.example"),
        ("Bo Hansen <bo@x.example<mailto:bo@x.example>>", "Bo Hansen", "bo@x.example"),
        ("Bo Hansen <bo@x.example <mailto:bo@x.example>>", "Bo Hansen", "bo@x.example"),
        ("bo@x.example [mailto:bo@x.example]", None, "bo@x.example"),
        ("bo@x.example (Bo Hansen)", "Bo Hansen", "bo@x.example"),
        ("Bo Hansen (bo@x.example)", "Bo Hansen", "bo@x.example"),
        ("Bo Hansen", "Bo Hansen", None),
        ("Bo (Teknik) Hansen <bo@x.example>", "Bo (Teknik) Hansen", "bo@x.example"),
        ("Bo\n<bo@x.example>", "Bo", "bo@x.example"),
    ],
)
def test_names_and_addresses_are_read_however_they_are_written(
    written: str, name: str | None, address: str | None
) -> None:
    found = one(f"---------- Forwarded message ---------\nFrom: {written}{REST}")

    assert (found.from_name, found.from_address) == (name, address)


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("A B <a@x.example>, c@x.example", (("A B", "a@x.example"), (None, "c@x.example"))),
        ("B, A <a@x.example>; D, C <c@x.example>", (("B, A", "a@x.example"), ("D, C", "c@x.example"))),
        ("B, A <a@x.example>", (("B, A", "a@x.example"),)),
        ('"B, A" <a@x.example>, C', (("B, A", "a@x.example"), ("C", None))),
        ("Ane Ærø; Ib Bo", (("Ane Ærø", None), ("Ib Bo", None))),
        ("Ærø, Ane", (("Ærø, Ane", None),)),
        ("Ane Ærø, Ib Bo", (("Ane Ærø", None), ("Ib Bo", None))),
        ("A <a@x.example>,\n B <b@x.example>,\n C <c@x.example>",
         (("A", "a@x.example"), ("B", "b@x.example"), ("C", "c@x.example"))),
        ("", ()),
    ],
)  # fmt: skip
def test_lists_of_people_are_read_however_they_are_separated(
    written: str, people: tuple[tuple[str | None, str | None], ...]
) -> None:
    found = one(
        "---------- Forwarded message ---------\nFrom: Bo <bo@x.example>\n"
        f"Date: 3 Feb 2021\nTo: {written}\nSubject: x\n\nHej"
    )

    assert found.to == people
    assert found.subject == "x"


def test_nested_forwards_end_at_the_innermost() -> None:
    inner = f"---------- Forwarded message ---------\nFrom: Bo <bo@x.example>{REST}"
    body = (
        "Til arkivet\n\nFra: Ib <ib@kommune.example>\nSendt: 4. februar 2021 09:00\n"
        f"Til: Ane\nEmne: VS: x\n\nSe her\n\n{inner}"
    )

    found = one(body, "VS: VS: x")

    assert found.from_address == "bo@x.example"
    assert found.body == "Hej"
    assert [step.from_address for step in found.chain] == ["ib@kommune.example", "bo@x.example"]
    assert [step.subject for step in found.chain] == ["VS: x", "x"]


def test_an_answered_mail_within_the_original_stays_in_its_body() -> None:
    thread = "Fra: Ane\nSendt: 2. februar 2021 09:00\nTil: Bo\nEmne: x\n\nHej Bo"
    body = (
        "Fra: Bo <bo@x.example>\nSendt: 3. februar 2021 09:00\nTil: Ane\nEmne: SV: x\n\n"
        f"Du skal passe på\n\n{thread}"
    )

    found = one(body, "VS: x")

    assert found.from_address == "bo@x.example"
    assert found.body == f"Du skal passe på\n\n{thread}"


def test_a_signature_below_a_quoted_forward_is_not_the_originals() -> None:
    found = one(
        "Start på videresendt besked:\n\n> Fra: Bo <bo@x.example>\n> Dato: 3. februar 2021\n"
        "> Til: Ane\n> Emne: x\n>\n> Hej\n> > citat\n\nMvh Ane"
    )

    assert found.body == "Hej\n> citat"


def test_lines_that_a_program_ran_together_are_taken_apart() -> None:
    found = one(
        "----- Forwarded Message ----- From: Bo <bo@x.example>To: ane@kommune.example "
        "<ane@kommune.example>Cc: Ib <ib@x.example>Sent: Wednesday, February 3, 2021, "
        "09:00:00 AM GMT+1Subject: x\n Hej"
    )

    assert (found.from_name, found.from_address) == ("Bo", "bo@x.example")
    assert found.to == ((None, "ane@kommune.example"),)
    assert found.cc == (("Ib", "ib@x.example"),)
    assert found.date_understood == "2021-02-03T09:00+01:00"
    assert (found.subject, found.body) == ("x", "Hej")


def test_a_long_subject_that_was_wrapped_is_joined() -> None:
    long = "Et meget langt emne om mødet i byrådet, hvor alle skal komme og høre efter, og mere"
    first, second = long[:68], long[69:]
    found = one(
        f"---------- Forwarded message ---------\nFrom: Bo <bo@x.example>\nDate: 3 Feb 2021\n"
        f"To: a@x.example\nSubject: {first}\n{second}\n\nHej",
        f"Fwd: {long}",
    )

    assert found.subject == long
    assert found.body == "Hej"


@pytest.mark.parametrize(
    "body",
    [
        '\n-------- Пересылаемое сообщение --------\n03.02.2021, 09:00, "Bo" <bo@x.example>:\n\nHej'
        "\n-------- Конец пересылаемого сообщения --------\n",
        "---------- Forwarded message ---------\nOn Wed, 3 Feb 2021 09:00, Bo <bo@x.example> wrote:\n\nHej",
        "---- Videresendt ----\nDen 3. februar 2021 kl. 09.00 skrev Bo <bo@x.example>:\nHej",
    ],
)
def test_forwards_that_only_cite_are_read(body: str) -> None:
    found = one(body)

    assert (found.from_name, found.from_address, found.subject) == ("Bo", "bo@x.example", "x")
    assert found.date_understood == "2021-02-03T09:00"
    assert found.body == "Hej"


def test_the_frames_of_a_unix_program_are_left_out() -> None:
    found = one(
        f"----- Forwarded message from Bo <bo@x.example> -----\n\nFrom: Bo <bo@x.example>{REST}\n"
        "----- End forwarded message -----\n"
    )

    assert found.body == "Hej"


HTML = [
    "<div dir='ltr'>Se her<br><br><div class='gmail_quote'><div dir='ltr' class='gmail_attr'>"
    "---------- Forwarded message ---------<br>Fra: <b class='gmail_sendername'>Bo</b> <span>&lt;"
    "<a href='mailto:bo@x.example'>bo@x.example</a>&gt;</span><br>Date: ons. 3. feb. 2021 kl. 09.00"
    "<br>Subject: x<br>To:  &lt;<a href='mailto:a@x.example'>a@x.example</a>&gt;<br></div><br><br>"
    "<p>Hej</p></div></div>",
    "<html><body><p>Se her</p><div><div style='border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>"
    "<b>Fra:</b> Bo &lt;bo@x.example&gt; <br><b>Sendt:</b> 3. februar 2021 09:00<br><b>Til:</b> "
    "a@x.example<br><b>Emne:</b> x</p></div></div><p class=MsoNormal>&nbsp;</p><p>Hej</p></body></html>",
    "<body><div>Se her</div><hr style='width:98%'><div id='divRplyFwdMsg' dir='ltr'><font><b>Fra:</b>"
    " Bo &lt;bo@x.example&gt;<br><b>Sendt:</b> 3. februar 2021 09:00<br><b>Til:</b> a@x.example "
    "&lt;a@x.example&gt;<br><b>Emne:</b> x</font><div>&nbsp;</div></div><div>Hej</div></body>",
    "<body>Se her<br><div><br><blockquote type='cite'><div>Start på videresendt besked:</div><br>"
    "<div style='margin:0'><span><b>Fra: </b></span><span>Bo &lt;<a>bo@x.example</a>&gt;<br></span>"
    "</div><div><span><b>Emne: </b></span><span><b>x</b><br></span></div><div><span><b>Dato: </b>"
    "</span><span>3. februar 2021 kl. 09.00.00 CET<br></span></div><div><span><b>Til: </b></span>"
    "<span>a@x.example<br></span></div><br><div>Hej</div></blockquote></div></body>",
    "<body><p>Se her</p><div class='moz-forward-container'>-------- Videresendt besked --------"
    "<table class='moz-email-headers-table'><tbody><tr><th>Emne: </th><td>x</td></tr><tr><th>Dato: "
    "</th><td>Wed, 3 Feb 2021 09:00:00 +0100</td></tr><tr><th>Fra: </th><td>Bo <a>&lt;bo@x.example"
    "&gt;</a></td></tr><tr><th>Til: </th><td>a@x.example</td></tr></tbody></table><br><br>Hej</div>",
    "<div>Se her</div><div><div>----- Videresendt meddelelse -----</div><div><b>Fra:</b> Bo &lt;"
    "bo@x.example&gt;</div><div><b>Til:</b> a@x.example</div><div><b>Sendt:</b> onsdag den 3. februar "
    "2021 09.00.00 CET</div><div><b>Emne:</b> x</div><div><br></div><div>Hej</div></div>",
]


@pytest.mark.parametrize("shown", HTML)
def test_forwards_in_html_are_read_as_a_reader_sees_them(shown: str) -> None:
    found = read_forward_html(shown, "VS: x")

    assert found is not None
    assert (found.from_name, found.from_address, found.subject) == ("Bo", "bo@x.example", "x")
    assert found.to == ((None, "a@x.example"),)
    assert found.date_understood is not None
    assert found.date_understood.startswith("2021-02-03T09:00")
    assert found.body == "Hej"
    start, end = found.spans["body"]
    assert forward_text(shown)[start:end] == "Hej"


def test_an_address_that_html_hides_behind_a_name_is_read() -> None:
    found = read_forward_html(
        "<b>Fra:</b> <a href='mailto:bo@x.example?subject=y'>Bo Hansen</a><br><b>Sendt:</b> "
        "3. februar 2021 09:00<br><b>Til:</b> <a href='mailto:a@x.example'>a@x.example</a><br>"
        "<b>Emne:</b> x<br><br>Hej",
        "VS: x",
    )

    assert found is not None
    assert (found.from_name, found.from_address) == ("Bo Hansen", "bo@x.example")
    assert found.to == ((None, "a@x.example"),)


def test_what_stands_below_a_quoted_forward_in_html_is_not_the_originals() -> None:
    found = read_forward_html(
        "<div>Se her</div><blockquote type='cite'><div>Begin forwarded message:</div><br>"
        "<div><b>From: </b>Bo &lt;bo@x.example&gt;</div><div><b>Subject: </b>x</div>"
        "<div><b>Date: </b>3 February 2021 at 09:00:00 CET</div><div><b>To: </b>a@x.example</div>"
        "<br><div>Hej</div><blockquote>citat</blockquote></blockquote><div>Mvh Ane</div>",
        "Fwd: x",
    )

    assert found is not None
    assert found.body == "Hej\n> citat"


def test_a_forward_cannot_be_changed() -> None:
    found = one(f"---------- Forwarded message ---------\nFrom: Bo <bo@x.example>{REST}")

    with pytest.raises(FrozenInstanceError):
        found.body = "andet"  # type: ignore[misc]  # that is the point


# Anything worse than linear would not come to its end within a test's time.
@pytest.mark.parametrize(
    "filler",
    ["hej\n", "Fra: x\n", "> Til: y; \n", "-----\n", "> " * 40 + "\n", "a: b\n", "x" * 999 + "\n",
     "Fra: Bo <bo@x.example>\nSendt: 3. februar 2021\nTil: Ane\nEmne: x\n\n", "*_*_*_*: \n"],
)  # fmt: skip
def test_a_very_long_body_is_read_to_its_end(filler: str) -> None:
    header = "Fra: Bo <bo@x.example>\nSendt: 3. februar 2021 09:00\nTil: Ane\nEmne: x\n\nHej\n\n"

    found = one(header + filler * (2_000_000 // len(filler)), "VS: x")

    assert found.from_address == "bo@x.example"
    assert found.body.startswith("Hej")
