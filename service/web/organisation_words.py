"""What a file of the organisation would change, and what is wrong with it, in plain words."""

from __future__ import annotations

from service.organisation.plan import Difference, Keeps, Kind, Plan, Withheld
from service.organisation.refusals import FileFault, FileUnusable, RowFault, Unusable
from service.web import catalogues
from service.web.wording import gettext_of


class OrganisationWords:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def kind(self, kind: Kind) -> str:
        """Return a sort of change, as the head of a list."""
        _ = gettext_of(self._language)
        return {
            Kind.UNIT_ADDED: _("New unit"),
            Kind.UNIT_BACK: _("Unit opened again"),
            Kind.UNIT_CHANGED: _("Unit changed"),
            Kind.UNIT_MOVED: _("Unit moved"),
            Kind.PERSON_ADDED: _("New person"),
            Kind.PERSON_BACK: _("Person back again"),
            Kind.PERSON_CHANGED: _("Person changed"),
            Kind.PERSON_MOVED: _("Person moved"),
            Kind.ROLE_ENDED: _("Role ends"),
            Kind.ROLE_GIVEN: _("New role"),
            Kind.PERSON_ENDED: _("Person leaves, and loses access at once"),
            Kind.UNIT_ENDED: _("Unit closes"),
        }[kind]

    def difference(self, one: Difference) -> str:
        """Return one difference: what it was and what it becomes."""
        _ = gettext_of(self._language)
        name = {
            "name": _("name"),
            "email": _("e-mail"),
            "number": _("number"),
            "title": _("title"),
            "phone": _("telephone"),
            "language": _("language"),
            "unit": _("unit"),
            "parent": _("unit above"),
            "role": _("role"),
        }[one.field]
        before, after = (self._value(one.field, each) for each in (one.before, one.after))
        if one.before is not None and one.after is not None:
            return f"{name}: {before} → {after}"
        if one.before is None and one.after is None:
            return f"{name}: {_('the whole municipality')}"
        return f"{name}: {after if one.after is not None else before}"

    def role(self, key: str) -> str:
        """Return a role's name."""
        _ = gettext_of(self._language)
        return {
            "employee": _("employee"),
            "leader": _("leader"),
            "key_person": _("key person"),
            "archivist": _("archive function"),
            "page_team": _("page team"),
            "it": _("IT"),
            "amr": _("safety representative"),
            "tr": _("union representative"),
            "centre_chief": _("centre chief"),
            "director": _("municipal director"),
            "mayor": _("mayor"),
            "secretary": _("director's secretary"),
            "hr": _("HR"),
            "insurance": _("insurance unit"),
            "lawyer": _("lawyer"),
            "statistics": _("MED and statistics"),
            "operator": _("operations"),
        }.get(key, key.replace("_", " "))

    def file_fault(self, wrong: FileUnusable) -> str:
        """Say why nothing of a file can be used, and what helps."""
        _ = gettext_of(self._language)
        text = {
            FileFault.EMPTY: _("There is nothing in the file."),
            FileFault.TOO_LARGE: _("The file is larger than 8 MB."),
            FileFault.TOO_MANY_ROWS: _("The file has more than 50,000 rows."),
            FileFault.NOT_TEXT: _(
                "The file is not text. Save it as CSV first, for instance from Excel."
            ),
            FileFault.QUOTES: _("A quotation mark is opened and not closed, from line %(line)s."),
            FileFault.NO_HEADER: _(
                "The first line names no column that we know. Call them for instance: name, "
                "e-mail, unit, role."
            ),
            FileFault.COLUMN_TWICE: _("The first line names the same column twice."),
        }[wrong.fault]
        return text % {"line": wrong.line}

    def row_fault(self, row: Unusable) -> str:
        """Say why a row cannot be used."""
        _ = gettext_of(self._language)
        text = {
            RowFault.MORE_CELLS: _("The row has more cells than the first line has columns."),
            RowFault.TOO_LONG: _("“%(what)s…” is too long."),
            RowFault.NOT_PRINTABLE: _("A cell has signs in it that cannot be shown."),
            RowFault.NO_NAME: _("%(what)s is new, and has no name."),
            RowFault.NO_KEY: _("%(what)s has neither an e-mail nor an employee number."),
            RowFault.NO_PERSON: _("The row names neither a person nor a unit."),
            RowFault.EMAIL_WRONG: _("“%(what)s” is no e-mail address."),
            RowFault.EMAIL_TWICE: _("%(what)s belongs to another person in the file."),
            RowFault.EMAIL_OF_ANOTHER: _("%(what)s belongs to another person already."),
            RowFault.NUMBER_DIFFERS: _("%(what)s has another employee number here."),
            RowFault.ROWS_DISAGREE: _("Line %(what)s says something else of the same person."),
            RowFault.LEFT_BEFORE: _(
                "Somebody with the address %(what)s has left. If it is the same person, let them "
                "come back by hand. If it is somebody new, they need another address."
            ),
            RowFault.LANGUAGE_UNKNOWN: _("“%(what)s” is no language that we know."),
            RowFault.ROLE_UNKNOWN: _("“%(what)s” is no role that we know."),
            RowFault.ROLE_NOWHERE: _(
                "The role has no unit. Name one, or write * for the whole municipality."
            ),
            RowFault.UNIT_UNKNOWN: _("There is no unit “%(what)s”."),
            RowFault.UNIT_TWO_PLACES: _("The unit “%(what)s” stands in two places of the file."),
            RowFault.UNIT_CIRCLE: _("The unit “%(what)s” would stand below itself."),
            RowFault.UNIT_NUMBER_DIFFERS: _("The unit “%(what)s” has another number."),
            RowFault.UNIT_NAME_TAKEN: _("There is another unit “%(what)s” already."),
            RowFault.YOURSELF: _(
                "%(what)s is you. Your own roles and your own address are changed by somebody else."
            ),
            RowFault.NAME_OF_SEVERAL: _(
                "Several who work here are called %(what)s. Give the e-mail or employee number."
            ),
            RowFault.NAME_TWICE: _("%(what)s stands in the file twice."),
        }[row.fault]
        return text % {"what": row.what}

    def adopted(self, number: int) -> str:
        """Say how many follow the file from now on."""
        text = catalogues.load(self._language).ngettext(
            "One unit or person that stands here already follows the file from now on.",
            "%(num)d units and people that stand here already follow the file from now on.",
            number,
        )
        return text % {"num": number}

    def keeps(self, one: Keeps) -> str:
        """Say which role somebody keeps in the unit that they leave."""
        _ = gettext_of(self._language)
        told = {"name": one.name, "role": self.role(one.role), "unit": one.unit}
        return (
            _("%(name)s moves, and keeps the role %(role)s in %(unit)s: it was given by hand.")
            % told
        )

    def missing(self, plan: Plan) -> str:
        """Say how many stood in a file before, and stand in this one no longer."""
        text = catalogues.load(self._language).ngettext(
            "One person of earlier files is missing in this one.",
            "%(num)d people of earlier files are missing in this one.",
            plan.missing,
        )
        return text % {"num": plan.missing}

    def withheld(self, plan: Plan) -> str:
        """Say why nobody is ended although it was asked for."""
        _ = gettext_of(self._language)
        if plan.withheld is Withheld.ROWS:
            why = _("Nobody is ended as long as there are rows that cannot be used.")
        else:
            why = _(
                "Nobody is ended: it would be more than a fifth of all. Is this the whole file?"
            )
        return f"{self.missing(plan)} {why}"

    def _value(self, field: str, value: str | None) -> str:
        return self.role(value) if field == "role" and value else value or ""
