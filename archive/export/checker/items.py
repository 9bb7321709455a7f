"""Each piece of evidence: its bytes are those that the ledger bound when they came in."""

from __future__ import annotations

import hashlib

from archive.export.checker.entries import Entry, canonical, entries_in
from archive.export.checker.findings import Findings, Mismatch
from archive.export.checker.folder import Folder
from archive.export.checker.notes import Head

RECEIVED = "evidence.received"
REDACTED = "evidence.redacted"
EXPORTED = "evidence.exported"


class Bundle:
    """What the checks share: the folder, its manifest, the signed head, the redactions.

    Only in a `redacted` one may a copy stand for an original, and entries be closed.
    """

    def __init__(self, folder: Folder, listed: dict[str, str], head: Head) -> None:
        self.folder = folder
        self.listed = listed
        self.head = head
        self.used: set[str] = set()
        self.redacted = False
        self.redactions: dict[str, dict[str, object]] = {}
        self._portions: dict[str, dict[str, object]] = {}
        self._left: dict[str, set[str]] = {}
        self.closed = 0
        self.opened = 0

    def sha256(self, path: object) -> str:
        """Return what the manifest says of a file; raises `Mismatch`."""
        if not isinstance(path, str) or path not in self.listed:
            raise Mismatch(str(path), "filen mangler på listen", "the file is not listed")
        self.used.add(path)
        return self.listed[path]

    def json(self, path: object) -> dict[str, object]:
        """Read a JSON file that the manifest lists; raises `Mismatch`."""
        self.sha256(path)
        return self.folder.json(str(path))

    def of_piece(self, path: object, number: str) -> object:
        """Return what a file tells of one piece; raises `Mismatch`.

        The pieces stand in order, so only what a few files hold is kept in memory.
        """
        place = str(path)
        if place not in self._portions:
            if len(self._portions) > 1:
                self._portions.clear()
            self._portions[place] = self.json(path)
            self._left.setdefault(place, set(self._portions[place]))
        self._left[place].discard(number)
        if number not in self._portions[place]:
            raise Mismatch(f"{place}, {number}", "beviset mangler", "the piece is missing")
        return self._portions[place][number]

    def told_of_others(self) -> list[str]:
        """Return where something is told of a piece that is not in the bundle."""
        return [f"{path}, {one}" for path, left in self._left.items() for one in sorted(left)]


def check_items(
    bundle: Bundle, index: dict[str, object], export: Entry, findings: Findings
) -> None:
    """Check every piece of evidence that the index names."""
    items = index.get("items")
    if not isinstance(items, list) or not items:
        raise Mismatch("evidence.json", "der er ingen beviser", "there is no evidence")
    right = 0
    seen: set[object] = set()
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("number"), str):
            raise Mismatch("evidence.json", "et bevis er ikke helt", "a piece is not whole")
        try:
            _check_item(bundle, item, export, findings)
            right += 1
        except Mismatch as wrong:
            findings.wrong.append(wrong)
        seen.add(item.get("id"))
    for place in bundle.told_of_others():
        findings.mismatch(place, "beviset er ikke med", "the piece did not come along")
    said = export.facts().get("evidence")
    if not isinstance(said, list) or len(seen) != len(items) or set(map(str, said)) != seen:
        findings.mismatch(
            "evidence.json",
            "beviserne er ikke dem, som loggen siger blev udleveret",
            "the pieces are not those that the ledger says were handed over",
        )
    if right == len(items):
        _say_what_holds(bundle, right, findings)


def _say_what_holds(bundle: Bundle, right: int, findings: Findings) -> None:
    place = "evidence.json"
    if not bundle.redacted:
        findings.fine(
            place,
            f"{right} beviser er som ved modtagelsen, og loggen siger det",
            f"{right} pieces are as they were received, and the ledger says so",
        )
        return
    findings.fine(
        place,
        f"{right} overdækkede udgaver er dem, som loggen siger står for forseglede originaler, "
        "hvis SHA-256 blev skrevet i loggen ved modtagelsen",
        f"{right} covered copies are those that the ledger says stand for sealed originals, "
        "whose SHA-256 the ledger took down when they were received",
    )
    findings.note(
        place,
        "originalerne er ikke med: om de er dækket rigtigt, kan kun ses ved siden af dem",
        "the originals are not here: whether they are covered rightly can only be seen beside them",
    )
    if bundle.closed:
        count = f"{bundle.closed}/{bundle.closed + bundle.opened}"
        findings.note(
            "ledger/",
            f"{count} poster er lukkede: at de står i loggen, deres art og tid er kontrolleret; "
            "navne, begrundelser og hvad der ellers står i dem, er ikke med",
            f"{count} entries are closed: that they stand in the ledger, their kind and moment "
            "are checked; names, reasons and whatever else is in them did not come along",
        )


def _check_item(bundle: Bundle, item: dict[str, object], export: Entry, findings: Findings) -> None:
    number = str(item["number"])
    path = item.get("entries")
    proofs, found = f"{path}, {number}", {"entries": bundle.of_piece(path, number)}
    entries = entries_in(found, bundle.head, proofs, may_close=bundle.redacted)
    subject = "evidence:{}".format(item.get("id"))
    for entry in entries:
        if not entry.closed and entry.details.get("subject") != subject:
            raise Mismatch(proofs, "en post handler om noget andet", "an entry is of another thing")
    receipt = _receipt(entries, item, proofs)
    bundle.closed += sum(entry.closed for entry in entries)
    bundle.opened += sum(not entry.closed for entry in entries)
    if bundle.redacted:
        _check_redacted(bundle, item, entries, receipt)
    else:
        _check_original(bundle, item, receipt, number)
    if not any(
        one.kind == EXPORTED and one.facts().get("export") == export.facts().get("export")
        for one in entries
    ):
        raise Mismatch(proofs, "udleveringen står ikke i loggen", "the hand-over is not there")
    _check_custody(bundle, item, entries, findings)


def _receipt(entries: list[Entry], item: dict[str, object], place: str) -> Entry:
    receipts = [entry for entry in entries if entry.kind == RECEIVED]
    if len(receipts) != 1 or receipts[0] is not entries[0] or receipts[0].closed:
        raise Mismatch(place, "modtagelsen står der ikke", "the receipt is not there")
    if item.get("number") != f"D-{receipts[0].position:04d}":
        raise Mismatch(place, "nummeret er ikke modtagelsens", "the number is not the receipt's")
    return receipts[0]


def _check_original(bundle: Bundle, item: dict[str, object], receipt: Entry, number: str) -> None:
    original = item["original"]
    if not isinstance(original, dict):
        raise Mismatch(number, "originalen er ikke nævnt", "the original is not named")
    path = str(original.get("path"))
    sha256 = receipt.facts().get("sha256")
    if bundle.sha256(path) != sha256 or original.get("sha256") != sha256:
        raise Mismatch(
            path,
            "filen er ikke den, som loggen siger blev modtaget",
            "the file is not the one that the ledger says was received",
        )
    size = receipt.facts().get("size")
    if original.get("size") != size or bundle.folder.sizes.get(path) != size:
        raise Mismatch(path, "størrelsen passer ikke", "the size does not fit")


def _check_redacted(
    bundle: Bundle, item: dict[str, object], entries: list[Entry], receipt: Entry
) -> None:
    """The file is the redacted one that a ledger entry says stands for the original."""
    place = str(item["number"])
    said = bundle.redactions.pop(str(item.get("id")), None)
    if said is None or item.get("original") is not None:
        raise Mismatch(place, "der er hverken original eller afløser", "neither original nor other")
    made = [one for one in entries if one.kind == REDACTED]
    facts = made[-1].facts() if made else {}
    path = str(said.get("path"))
    if bundle.sha256(path) != facts.get("redacted_sha256") or said.get("sha256") != facts.get(
        "redacted_sha256"
    ):
        raise Mismatch(
            path,
            "filen er ikke den overdækkede, som loggen nævner",
            "the file is not the redacted one that the ledger names",
        )
    original = receipt.facts().get("sha256")
    if said.get("stands_for") != original or facts.get("original_sha256") != original:
        raise Mismatch(
            path,
            "den overdækkede fil står for en anden original",
            "the redacted file stands for another original",
        )


def _check_custody(
    bundle: Bundle, item: dict[str, object], entries: list[Entry], findings: Findings
) -> None:
    number = str(item["number"])
    place = "{}, {}".format(item.get("custody"), number)
    custody = bundle.of_piece(item.get("custody"), number)
    if not isinstance(custody, dict) or custody.get("evidence") != item.get("id"):
        raise Mismatch(place, "forløbet er et andet bevis'", "the course is of another piece")
    acts = custody.get("acts")
    told = [
        (one.get("position"), one.get("kind"), one.get("at"), one.get("actor"))
        for one in (acts if isinstance(acts, list) else [])
        if isinstance(one, dict)
    ]
    held = [(one.position, one.kind, one.at, one.details.get("actor")) for one in entries]
    if told != held:
        raise Mismatch(
            place,
            "forløbet er ikke det, som loggen fortæller",
            "the course is not the one that the ledger tells",
        )
    rows = custody.get("rows")
    if not isinstance(rows, dict):
        raise Mismatch(place, "oplysningerne mangler", "the facts are missing")
    for key in sorted(rows):
        _check_row(key, rows[key], entries, place)
    if bundle.redacted:
        return
    row = rows.get("evidence:{}".format(item.get("id")))
    if row is None:
        findings.left(
            place,
            "navn, type og tidspunkt for beviset er ikke bundet i de medsendte poster",
            "name, type and moment of the piece are not bound by the entries at hand",
        )
    elif row.get("filename") != item.get("filename") or row.get("media_type") != item.get("type"):
        raise Mismatch(place, "navn eller type passer ikke", "name or type does not fit")
    _check_readings(bundle, item, rows)


def _check_row(key: str, row: object, entries: list[Entry], place: str) -> None:
    """A row is what the latest entry that speaks of it says."""
    speaking = [entry for entry in entries if key in entry.rows()]
    digest = hashlib.sha256(canonical(row)).hexdigest()
    if not isinstance(row, dict) or not speaking or speaking[-1].rows()[key] != digest:
        raise Mismatch(
            place,
            f"oplysningerne i {key} er ikke dem, som loggen bandt",
            f"the facts in {key} are not those that the ledger bound",
        )


def _check_readings(bundle: Bundle, item: dict[str, object], rows: dict[str, object]) -> None:
    readings = item.get("readings")
    for one in readings if isinstance(readings, list) else []:
        path, name = one.get("path"), one.get("object")
        row = rows.get(f"objects:{name}")
        sha256 = row.get("sha256") if isinstance(row, dict) else None
        if bundle.sha256(path) != sha256:
            raise Mismatch(
                str(path),
                "det aflæste er ikke det, som loggen bandt",
                "the reading is not the one that the ledger bound",
            )
