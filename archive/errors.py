"""What can go wrong in the archive, each a fact with its facts."""


class ArchiveError(Exception):
    """Something that the archive refuses or cannot do."""


class StorageFull(ArchiveError):
    """The disk or the object store has no room; nothing was acknowledged."""


class ObjectMissing(ArchiveError):
    """The store has no object of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no object {name}")
        self.name = name


class ObjectExists(ArchiveError):
    """An object of this name stands already; objects are never overwritten."""

    def __init__(self, name: str) -> None:
        super().__init__(f"object {name} exists already")
        self.name = name


class SealBroken(ArchiveError):
    """A sealed object does not open with its key, or its bytes are not those that were sealed."""


class VaultKeyMissing(ArchiveError):
    """There is evidence but no vault key: starting with a new key would lock it away for good."""


class EvidenceErased(ArchiveError):
    """The evidence was erased; only its tombstone is left."""


class EvidenceNotFound(ArchiveError):
    """There is no such evidence, or not for this person."""


class UnrecordedChange(ArchiveError):
    """A protected row was changed and no ledger entry says so."""


class LedgerBroken(ArchiveError):
    """The stored head of the ledger contradicts itself; nothing more is appended to it."""


class DatabaseTooOld(ArchiveError):
    """The database library is older than the oldest that was tested."""


class SchemaMismatch(ArchiveError):
    """The database has another schema version than this program."""


class HeldByLaw(ArchiveError):
    """A legal hold forbids the erasure."""


class BackupInvalid(ArchiveError):
    """The folder is not a complete backup of ours."""


class NotEmpty(ArchiveError):
    """A restore needs an empty data folder."""


class SigningKeyMissing(ArchiveError):
    """There is a ledger but not the key that signs it."""


class KeyBackupRefused(ArchiveError):
    """The folder holds another key under this name; no key is ever written over."""


class CommitUnknown(ArchiveError):
    """The commit failed midway: it may have landed or not, so nothing of it is thrown away."""


class FullAtCommit(CommitUnknown, StorageFull):
    """The commit met a full disk: nothing is thrown away, and the sender is told why."""


class TransactionLost(ArchiveError):
    """The database rolled a transaction back by itself; nothing more may be done in it."""


class GateClosed(ArchiveError):
    """The service is stopping; nothing more is taken in."""
