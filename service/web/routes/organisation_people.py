"""People: found, added, changed, given roles, let go; by hand."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.invitations import invite
from service.access.people import add_person
from service.access.principal import Principal
from service.access.rights import shipped_rights
from service.casework.organisation.away import (
    end_absence,
    end_deputy,
    enter_absence,
    enter_deputy,
)
from service.casework.organisation.by_hand import Told, bring_back, change_person, move_person
from service.casework.organisation.listing import (
    find_people,
    person_facts,
    unit_tree,
    waiting_people,
)
from service.casework.organisation.roles import (
    give,
    let_go,
    person_to_change,
    take,
    unit_to_change,
)
from service.errors import DeputyUnknown, NameTaken, NotOneself
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.local_days import OptionalDay, OptionalId, end_of, today
from service.web.routes.absence import AbsenceForm, DeputyForm
from service.web.screens.organisation import page, refused, unit_choices
from service.web.views.frame import FormState
from service.web.views.organisation import PeopleView, PersonView

router = APIRouter(include_in_schema=False, prefix="/organisation")
See = Annotated[Principal, Depends(PageRight("organisation.see"))]
Change = Annotated[Principal, Depends(PageRight("organisation.change"))]
_GIVEN = tuple(role for role in shipped_rights().roles if role != "employee")


class PersonForm(FormModel):
    """Who somebody is at work."""

    name: str = Field(min_length=1, max_length=200)
    email: str = Field("", max_length=320, pattern=r"^$|^[^@\s]{1,64}@[^@\s]{1,255}$")
    number: str = Field("", max_length=40)
    title: str = Field("", max_length=200)
    phone: str = Field("", max_length=40)
    language: Literal["da", "nb", "en"] = "da"
    unit: OptionalId = None

    @property
    def fields(self) -> dict[str, str | None]:
        """What is kept of them; an empty field is none."""
        return {
            "name": self.name,
            "email": self.email.lower() or None,
            "number": self.number or None,
            "title": self.title or None,
            "phone": self.phone or None,
            "language": self.language,
        }


class RoleForm(FormModel):
    """A role, where it holds, perhaps its last day."""

    role: str = Field(max_length=40)
    where: UUID | Literal["everywhere"]
    last: OptionalDay = None


@router.get("/people")
def find(
    request: Request,
    who: See,
    house: House,
    now: Now,
    q: str = "",
    waiting: str = "",
    said: str | None = None,
) -> Response:
    """Show people by name, address or number; or only those who have never come in."""
    wanted = q[:200].replace("\x00", "")
    return _people(request, who, house, now, q=wanted, waiting=waiting == "yes", said=said)


@router.post("/people")
def add(
    request: Request, who: Change, form: Annotated[PersonForm, Form()], house: House, now: Now
) -> Response:
    """Add a person."""
    form.check(who)
    try:
        with house.database.writing() as session:
            if form.unit is not None:
                unit_to_change(session, who, form.unit)
            person = add_person(
                session,
                name=form.name,
                email=form.email or None,
                unit_id=form.unit,
                now=now,
                actor=who.actor,
                title=form.title or None,
                phone=form.phone or None,
                language=form.language,
                number=form.number or None,
            )
            person_id = person.id
            invited = invite(session, [person], now, actor=who.actor)
    except NameTaken:
        state = refused(request, who, form.model_dump(), "email", "name_taken")
        return _people(request, who, house, now, form=state)
    _wake(request)
    return _to(person_id, "person_invited" if invited else "person_added")


@router.get("/people/{person_id}")
def show(
    request: Request, person_id: UUID, who: See, house: House, now: Now, said: str | None = None
) -> Response:
    """Show one person."""
    with house.database.reading() as session:
        person = person_facts(session, who, person_id, now)
        units = unit_tree(session, who, now)
    unit = next((one.name for one in units if one.id == person.unit_id), None)
    oneself = person_id == who.person_id
    view = PersonView(person, unit, unit_choices(units), _GIVEN, is_oneself=oneself)
    return page(request, who, "organisation_person.html", view, said=said)


@router.post("/people/{person_id}")
def change(
    request: Request,
    person_id: UUID,
    who: Change,
    form: Annotated[PersonForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Change who somebody is, or where they work.

    The mail to an address that is theirs no longer opens nothing: the new one gets another.
    """
    form.check(who)

    def act(session: Session) -> None:
        person = person_to_change(session, who, person_id)
        if form.unit is not None:
            unit_to_change(session, who, form.unit)
        told, before = Told(now, who.actor), person.email
        change_person(session, person, told, form.fields)
        move_person(session, person, form.unit, told)
        if person.email != before:
            invite(session, [person], now, actor=who.actor)

    answer = _done(house, person_id, "person_changed", act)
    _wake(request)
    return answer


@router.post("/people/{person_id}/end")
def end(
    person_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let somebody leave."""
    form.check(who)
    return _done(house, person_id, "person_ended", lambda one: let_go(one, who, person_id, now))


@router.post("/people/{person_id}/back")
def back(
    person_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let somebody who had left come back."""
    form.check(who)

    def act(session: Session) -> None:
        bring_back(session, person_to_change(session, who, person_id), Told(now, who.actor))

    return _done(house, person_id, "person_back", act)


@router.post("/people/{person_id}/roles")
def give_role(
    person_id: UUID, who: Change, form: Annotated[RoleForm, Form()], house: House, now: Now
) -> Response:
    """Give somebody a role."""
    form.check(who)
    if form.role not in _GIVEN or (form.last is not None and form.last < today(now)):
        return _to(person_id, "days")
    unit_id = form.where if isinstance(form.where, UUID) else None
    until = end_of(form.last)

    def act(session: Session) -> None:
        give(session, who, person_id, form.role, unit_id=unit_id, until=until, now=now)

    return _done(house, person_id, "role_given", act)


@router.post("/roles/{role_id}/end")
def end_role(
    role_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """End somebody's role."""
    form.check(who)
    try:
        with house.database.writing() as session:
            person_id = take(session, who, role_id, now)
    except NotOneself:
        return RedirectResponse("/organisation?said=not_oneself", HTTPStatus.SEE_OTHER)
    return _to(person_id, "role_ended")


@router.post("/people/{person_id}/absences")
def away(
    person_id: UUID, who: Change, form: Annotated[AbsenceForm, Form()], house: House, now: Now
) -> Response:
    """Enter that somebody is away."""
    form.check(who)
    span = form.span(now)
    if span is None:
        return _to(person_id, "days")
    return _done(
        house,
        person_id,
        "absence_entered",
        lambda session: enter_absence(session, who, person_id, span, now),
    )


@router.post("/people/{person_id}/deputies")
def deputy(
    person_id: UUID, who: Change, form: Annotated[DeputyForm, Form()], house: House, now: Now
) -> Response:
    """Enter who stands in for somebody."""
    form.check(who)
    span = form.span(now)
    if span is None:
        return _to(person_id, "days")
    return _done(
        house,
        person_id,
        "absence_entered",
        lambda session: enter_deputy(session, who, person_id, form.email, span, now=now),
    )


@router.post("/absences/{absence_id}/end")
def here_again(
    absence_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """End an absence."""
    form.check(who)
    with house.database.writing() as session:
        person_id = end_absence(session, who, absence_id, now)
    return _to(person_id, "absence_ended")


@router.post("/deputies/{deputy_id}/end")
def no_deputy(
    deputy_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let somebody stand in no longer."""
    form.check(who)
    with house.database.writing() as session:
        person_id = end_deputy(session, who, deputy_id, now)
    return _to(person_id, "absence_ended")


def _done(house: House, person_id: UUID, said: str, act: Callable[[Session], None]) -> Response:
    try:
        with house.database.writing() as session:
            act(session)
    except NameTaken:
        said = "name_taken"
    except NotOneself:
        said = "not_oneself"
    except DeputyUnknown:
        said = "no_such_person"
    return _to(person_id, said)


def _wake(request: Request) -> None:
    request.app.state.engine.wake("invitations")


def _to(person_id: UUID, said: str) -> Response:
    return RedirectResponse(f"/organisation/people/{person_id}?said={said}", HTTPStatus.SEE_OTHER)


def _people(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    q: str = "",
    said: str | None = None,
    waiting: bool = False,
    form: FormState | None = None,
) -> Response:
    with house.database.reading() as session:
        people, more = find_people(session, who, q, now, waiting=waiting)
        choices = unit_choices(unit_tree(session, who, now))
        not_in = waiting_people(session, who, now)
    settings = house.settings
    view = PeopleView(
        q,
        people,
        more,
        choices,
        waiting=waiting,
        not_in=not_in,
        provider=(settings.oidc_name or settings.municipality)
        if settings.signs_in_by_provider
        else None,
        form=form or FormState(),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return page(request, who, "organisation_people.html", view, said=said, status=status)
