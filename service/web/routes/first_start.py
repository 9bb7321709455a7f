"""The first start: the page behind the link that the server printed, and what is said there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from service.access.first_start import Founding, begin_here, nobody_is_here, require_first_link
from service.access.passwords import Passwords, PasswordTooShort
from service.errors import FirstStartOver
from service.installation import Installation
from service.notices.composing import is_address
from service.web.dependencies import FormModel, House, Now, Public, Reading, require_same_origin
from service.web.frames import frame_for_nobody
from service.web.views.frame import FieldError, FormState
from service.web.views.ways_in import FirstStartView, SealedSecretView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False, prefix="/first-start")
_FIRST = Public("nobody is here yet, and the printed link is its own key")
ADDRESS: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_MOST_UNITS: Final = 500
_LONGEST_NAME: Final = 200
_Translate = Callable[[str], str]


class FirstStartForm(FormModel):
    """What is said at the first start; blanks belong to the password."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    municipality: str = Field(default="", max_length=1000)
    archive_address: str = Field(default="", max_length=1000)
    units: str = Field(default="", max_length=120_000)
    name: str = Field(default="", max_length=1000)
    email: str = Field(default="", max_length=1000)
    password: str = Field(default="", max_length=1024)

    @property
    def every_unit(self) -> tuple[str, ...]:
        """Each line that says something, once, however it is written."""
        lines = (" ".join(line.split()) for line in self.units.splitlines())
        found: dict[str, str] = {}
        for line in lines:
            if line:
                found.setdefault(line.casefold(), line)
        return tuple(found.values())


@router.get("/{secret}", dependencies=[Depends(_FIRST)])
def ask(request: Request, secret: str, session: Reading, house: House, now: Now) -> Response:
    """Show what is asked at the first start. Looking uses nothing up."""
    try:
        require_first_link(session, secret, now)
    except FirstStartOver:
        return _over(request, house)
    return _page(request, _view(house, secret, FormState()))


@router.post("/{secret}", dependencies=[Depends(_FIRST)])
def begin(
    request: Request,
    secret: str,
    form: Annotated[FirstStartForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Enter the municipality and its first person, and show the sealed account's secret."""
    require_same_origin(request)
    try:
        with house.database.reading() as session:
            require_first_link(session, secret, now)
        language = frame_for_nobody(request).language
        errors = tuple(_wrong(form, house, gettext_of(language)))
        kept = None
        if not errors and not house.settings.signs_in_by_provider:
            passwords: Passwords = request.app.state.passwords
            kept = passwords.make(form.password)
        if errors:
            return _page(request, _view(house, secret, _typed(form, errors)), refused=True)
        said = _said(form, house, kept, language)
        with house.database.writing() as writing:
            person, sealed = begin_here(writing, secret, said, now)
            email = person.email
    except FirstStartOver:
        return _over(request, house)
    except PasswordTooShort:
        _ = gettext_of(language)
        text = _("The password is too short: it has at least twelve characters.")
        wrong = (FieldError("password", text),)
        return _page(request, _view(house, secret, _typed(form, wrong)), refused=True)
    house.take_up_names()
    view = SealedSecretView(secret=sealed, next="/sign-in", first=True, email=email)
    return sealed_secret_page(request, view)


def sealed_secret_page(request: Request, view: SealedSecretView) -> Response:
    """Show the sealed account's secret, this once."""
    answer: Response = request.app.state.templates.response(
        request, "sealed_secret.html", {"frame": frame_for_nobody(request), "view": view}
    )
    return answer


def _said(form: FirstStartForm, house: Installation, kept: str | None, language: str) -> Founding:
    settings = house.settings
    municipality, address = _given(house)
    return Founding(
        municipality=municipality or " ".join(form.municipality.split()),
        archive_address=address or form.archive_address.strip(),
        units=form.every_unit,
        name=" ".join(form.name.split()),
        email=form.email.strip(),
        password_hash=kept,
        account=gettext_of(settings.document_language)("The sealed account"),
        language=language,
    )


def _given(house: Installation) -> tuple[str | None, str | None]:
    """Return the name and the archive address as far as they are set."""
    settings = house.settings
    is_set = settings.model_fields_set
    return (
        settings.municipality if "municipality" in is_set else None,
        settings.archive_address if "archive_address" in is_set else None,
    )


def _wrong(form: FirstStartForm, house: Installation, _: _Translate) -> Iterator[FieldError]:
    """Yield what has to be put right, in the order of the page."""
    municipality, address = _given(house)
    if municipality is None and not 0 < len(form.municipality.strip()) <= _LONGEST_NAME:
        yield FieldError("municipality", _("Write what the municipality is called."))
    units = form.every_unit
    if len(units) > _MOST_UNITS or any(len(one) > _LONGEST_NAME for one in units):
        yield FieldError("units", _("Write one place of work on each line, 500 at most."))
    # Every mail comes from here, alerts too: none could be made with an address of another shape.
    if address is None and not is_address(form.archive_address.strip()):
        yield FieldError("archive_address", _("Write a whole address, like arkiv@havn.example."))
    if not 0 < len(form.name.strip()) <= _LONGEST_NAME:
        yield FieldError("name", _("Write your name."))
    if not ADDRESS.fullmatch(form.email.strip()):
        yield FieldError("email", _("Write your whole e-mail address."))


def _typed(form: FirstStartForm, errors: tuple[FieldError, ...]) -> FormState:
    kept = form.model_dump(exclude={"password", "csrf_token"})
    return FormState({name: str(value) for name, value in kept.items()}, errors)


def _view(house: Installation, secret: str, form: FormState) -> FirstStartView:
    settings = house.settings
    municipality, address = _given(house)
    by_provider = settings.signs_in_by_provider
    return FirstStartView(
        action=f"/first-start/{secret}",
        municipality=municipality,
        archive_address=address,
        provider=(settings.oidc_name or settings.municipality) if by_provider else None,
        form=form,
    )


def _over(request: Request, house: Installation) -> Response:
    with house.database.reading() as session:
        anybody = not nobody_is_here(session)
    answer = _page(request, FirstStartView(action=None, anybody=anybody))
    answer.status_code = HTTPStatus.GONE
    return answer


def _page(request: Request, view: FirstStartView, *, refused: bool = False) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    context = {"frame": frame_for_nobody(request), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "first_start.html", context, status_code=status.value
    )
    return answer
