"""The names of the signals that programs find, and what they are called in Danish."""

from __future__ import annotations

from collections.abc import Mapping

BUILT_IN: Mapping[str, str] = {
    "employee": "navngivet medarbejder",
    "employee-ref": "navngivet medarbejder",
    "reported": "gengivelse af andres ord",
    "you-plural": "direkte tiltale",
    "private-name": "navngiven privatperson",
    "personal-number": "personnummer",
    "phone": "telefonnummer",
    "email": "privat e-mailadresse",
    "account-number": "kontonummer",
    "case-number": "sagsnummer",
    "street-address": "adresse",
    "licence-plate": "nummerplade",
    "learned-harasses-named": "ordvalg som i chikane",
    "learned-personal-information": "ordvalg som i private oplysninger",
    "learned-unlawful": "ordvalg som i trusler og had",
    "learned-irrelevant": "ordvalg som i reklame",
    "learned-unsuitable": "ordvalg som i upassende opslag",
}
"""Signals that programs find, with their Danish labels; all others stand in rule files."""
LEARNED = "learned-"
"""Stands before a clause's id: what was learned holds the clause for broken."""
