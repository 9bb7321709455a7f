"""Every table, one family a file; imported here so that the metadata is whole."""

from archive.records import (
    alerts,
    cases,
    evidence,
    exports,
    factors,
    identities,
    ledger,
    mail,
    operations,
    organisation,
    pages,
    people,
    phones,
    readings,
    rights,
    search,
    tellings,
    ways_in,
)
from archive.records.columns import Base, Protected

__all__ = [
    "Base",
    "Protected",
    "alerts",
    "cases",
    "evidence",
    "exports",
    "factors",
    "identities",
    "ledger",
    "mail",
    "operations",
    "organisation",
    "pages",
    "people",
    "phones",
    "readings",
    "rights",
    "search",
    "tellings",
    "ways_in",
]


def protected_tables() -> tuple[type[Protected], ...]:
    """Return every table whose rows the ledger binds, by name."""
    classes = (m.class_ for m in Base.registry.mappers if issubclass(m.class_, Protected))
    return tuple(sorted(classes, key=lambda c: c.__table__.name))
