"""Indsend: handing in evidence, and its receipt."""

from dataclasses import dataclass, field
from datetime import datetime

from service.web.views.evidence import EvidenceState
from service.web.views.frame import CaseLink, FormState


@dataclass(frozen=True, slots=True)
class HandInView:
    """`hand_in.html`.

    Attributes:
        cases: Cases that this person may add to; empty leaves the choice out.
        chosen_case: The number of the case that the page was opened from, or None.
        archive_address: The address to forward mail to, or None.
        most_files: How many files one hand-in takes.
        most_bytes: How large one file may be, in bytes.
        form: What was typed, after an error.
    """

    cases: tuple[CaseLink, ...]
    archive_address: str | None
    most_files: int = 50
    most_bytes: int = 2 * 1024**3
    chosen_case: str | None = None
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file that is safe.

    Attributes:
        filename: As handed in.
        size: Bytes.
        sha256: 64 hexadecimal digits of the original.
        state: How far reading has come.
        url: The evidence's page, or None where this person may not open it.
    """

    filename: str
    size: int
    sha256: str
    state: EvidenceState
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """`receipt.html`: it is safe; what happens next.

    Attributes:
        kept: The files that are safe.
        not_kept: Names of files that could not be received; empty when all went well.
        received_at: When the last of them was safe.
        case: The case they joined or opened; None while somebody sorts them.
        handler: Who reads it, by name; None while nobody has been chosen.
        reads_before: When the handler has read it at the latest.
        my_case_url: The employee's own page of the case, if it is theirs.
    """

    kept: tuple[KeptFile, ...]
    received_at: datetime
    not_kept: tuple[str, ...] = ()
    case: CaseLink | None = None
    handler: str | None = None
    reads_before: datetime | None = None
    my_case_url: str | None = None
