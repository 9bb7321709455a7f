"""The check itself: `python3 check.py [FOLDER]`; 0 all checked, 1 a mismatch, 3 something left."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from archive.export.checker.findings import Findings, Mismatch, printable, say, say_all
from archive.export.checker.folder import Folder, check_files
from archive.export.checker.heads import (
    check_contents,
    check_export,
    check_growth,
    public_key_of,
)
from archive.export.checker.items import Bundle, check_items
from archive.export.checker.notes import head_in
from archive.export.checker.stamps import check_stamps

USAGE = 2


def main(arguments: list[str]) -> int:
    """Check one bundle and say what was found."""
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        say("Brug / usage: python3 check.py [MAPPE / FOLDER]")
        return USAGE
    here = str(Path(__file__).resolve().parent)
    folder = Folder(arguments[0] if arguments else here)
    say("Kontrol af bevispakke / check of an evidence bundle")
    say("Mappe / folder: " + printable(Path(folder.root).absolute()))
    say()
    findings = Findings()
    try:
        _check(folder, findings)
    except Mismatch as wrong:
        findings.wrong.append(wrong)
    except Exception as strange:  # noqa: BLE001 — a hostile bundle gets an answer, never a traceback
        name = type(strange).__name__
        findings.mismatch(
            ".",
            f"bevispakken er ikke skrevet, som den skal ({name})",
            f"the bundle is not written as it must be ({name})",
        )
    say_all(findings)
    return findings.code()


def _check(folder: Folder, findings: Findings) -> None:
    if not Path(folder.root).is_dir():
        raise Mismatch(folder.root, "mappen findes ikke", "there is no such folder")
    folder.walk(findings)
    listed = check_files(folder, findings)
    public_key = public_key_of(folder)
    _tell_key(public_key)
    index = folder.json("evidence.json")
    origin = str(index.get("origin"))
    head = head_in(folder.read("ledger/head.txt"), origin, public_key, "ledger/head.txt")
    findings.fine(
        "ledger/head.txt",
        f"hovedet over {head.size} poster er underskrevet med nøglen",
        f"the head over {head.size} entries is signed with the key",
    )
    bundle = Bundle(folder, listed, head)
    for path in ("ledger/public-key.txt", "ledger/head.txt"):
        bundle.sha256(path)
    export = check_export(bundle, index, origin)
    _take_redactions(bundle, index)
    check_items(bundle, index, export, findings)
    for left in sorted(bundle.redactions):
        findings.mismatch("redaction.json", "ukendt bevis " + left, "unknown evidence " + left)
    heads = check_growth(bundle, origin, public_key, findings)
    check_stamps(bundle, heads, findings)
    check_contents(bundle, findings)


def _take_redactions(bundle: Bundle, index: dict[str, object]) -> None:
    said = index.get("export")
    if not isinstance(said, dict) or said.get("redacted") is not True:
        return
    bundle.redacted = True
    listed = bundle.json("redaction.json").get("redactions")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            bundle.redactions[str(one.get("evidence"))] = one


def _tell_key(public_key: bytes) -> None:
    digest = hashlib.sha256(public_key).hexdigest()
    say("Nøglens fingeraftryk / the key's fingerprint (SHA-256):")
    say("  " + " ".join(digest[at : at + 8] for at in range(0, 64, 8)))
    say("Sammenlign det med fingeraftrykket på kommunens hjemmeside.")
    say("Compare it with the fingerprint on the municipality's website.")
    say()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
