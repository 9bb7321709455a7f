"""What can go wrong with a document, as facts."""

from __future__ import annotations


class DocumentError(Exception):
    """Base of this room's facts."""


class DocumentFailed(DocumentError):
    """The process that makes documents did not make one, not even in the plainest form."""

    code = "document_failed"


class PrivateContact(DocumentError):
    """A field that we write ourselves holds a private address or number of somebody of ours."""

    code = "private_contact"

    def __init__(self, field: str, found: str) -> None:
        super().__init__(f"{field} holds a private contact")
        self.field, self.found = field, found
