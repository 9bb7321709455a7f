"""Backups: the records in one portable file, the sealed objects, the keys apart and not for long.

The vault key and the ledger's signing key are in no backup (`archive.vault.keys.key_backup`
writes them to a folder of their own): whoever finds a backup can read no evidence, nor what
was read out of it.
"""

from archive.backup.restoring import Restored, drop_opened, restore
from archive.backup.taking import Backup, backup

__all__ = ["Backup", "Restored", "backup", "drop_opened", "restore"]
