"""`LAES-MIG.txt`: what a bundle holds, how anyone checks it, and what that proves. Da, then En."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.export.custody import moment_text, one_line
from archive.export.package import Document, HandOver, Paper

_DANISH = """\
BEVISPAKKE FRA {municipality}
{underline}

Til:       {recipient}
Formål:    {purpose}
Sag:       {case}
Udleveret: {moment} af {who}
Indhold:   {count}{variant}

SÅDAN LÆSER DU DEN
{documents}{folders}
  evidence.json  alle oplysninger samlet, til programmer
  ledger\\, timestamps\\, check.py, *-sha256.txt  til kontrol

{notes}SÅDAN KONTROLLERER DU DEN
1. Alt på én gang (Windows, Mac, Linux; kræver Python 3.8 eller nyere, ingen net):
     python check.py
   Programmet siger, om {checks}, og om loggen holder.
   Sammenlign fingeraftrykket, som det viser, med det på kommunens hjemmeside:
     {fingerprint}
   Hent gerne check.py et andet sted fra end her; den er åben og kan læses.
2. En enkelt fil i Windows, uden noget ekstra (kommandoprompt):
     certutil -hashfile {folder}\\FILNAVN SHA256
   Resultatet skal være det samme som ved filen i manifest-sha256.txt.
3. Alle filer på Linux og Mac:
     sha256sum -c manifest-sha256.txt      (Mac: shasum -a 256 -c manifest-sha256.txt)

HVAD DET BEVISER, OG HVAD IKKE
{proves}
- Et tidsstempel udefra (timestamps\\) beviser, at det fandtes senest da, også over for kommunen.
  Uden det beviser loggen ikke noget over for den, der selv fører den.
- Det beviser ikke, hvem der har skrevet noget, eller at det er sandt.
- Pakken indeholder det, der er udvalgt. Den siger ikke, at der ikke findes mere. Forløbet siger
  heller ikke, om et bevis også hører til en anden sag, som er lukket for andre.

"""
_WHOLE = {
    "variant": "",
    "folders": """\
  originals\\     de originale filer, præcis som de kom ind
  custody\\       hvert bevis' forløb: hvem havde det, og hvad skete der (læs .txt-filerne)
  readings\\      hvad et program har læst i filerne; det er en hjælp, ikke et bevis""",
    "own_notes": """\
Filnavnene er gjort ufarlige. Det rigtige navn står i custody\\ og i evidence.json.
Filer, som nogen har sendt til os, kan være skadelige. Åbn dem på en maskine, der tåler det.

""",
    "checks": "hver fil er den, der kom ind",
    "folder": "originals",
    "proves": "- At filerne er uændrede, siden kommunen modtog dem, "
    "og hvornår loggen siger, det var.",
}
_COVERED = {
    "variant": ", overdækkede udgaver (andre personer er dækket)",
    "folders": """\
  redacted\\      de overdækkede udgaver; her er ingen originaler
  custody\\       hvert bevis' forløb, uden navne (læs .txt-filerne)""",
    "own_notes": """\
Ansattes navne er skiftet ud med Medarbejder 1, 2 og så videre; den samme har samme nummer i hele
pakken. Filnavne, begrundelser, tidligere modtagere og anden fri tekst er udeladt. De poster i
loggen, hvor de står, er med som lukkede: at de findes, deres art og tid kan kontrolleres.

""",
    "checks": "hver fil er den overdækkede udgave, som loggen siger står for originalen",
    "folder": "redacted",
    "proves": """\
- At hver overdækket udgave er den, som kommunen lavede, og at den står for en forseglet original,
  hvis SHA-256 blev skrevet i loggen, da den kom ind. Den står i custody\\.
- Ikke, at der er dækket rigtigt: det kan kun ses ved siden af originalen, som kommunen har.""",
}
_ENGLISH = """\
EVIDENCE BUNDLE OF {municipality}

For {recipient}, {count_en}{variant_en}. Purpose: {purpose}.

{folders_en}
  documents/     papers made for people
  evidence.json  all facts, for programs

{notes_en}Check everything, offline, with Python 3.8 or later:  python3 check.py
Check the files alone:  sha256sum -c manifest-sha256.txt
On Windows, one file:   certutil -hashfile {folder}\\NAME SHA256

Compare the key's fingerprint with the one on the municipality's website:
  {fingerprint}

{proves_en} A time-stamp from outside proves that they existed by then, against the
municipality too; without one the ledger proves nothing against whoever keeps it. It does not
prove who wrote something or that it is true, nor that there is nothing else: custody does not tell
whether a piece also belongs to another case that is shut to others.
{last_en}"""
_WHOLE_ENGLISH = {
    "variant_en": "",
    "folders_en": """\
  originals/     the original files, exactly as they came in
  custody/       who had each piece and what was done with it
  readings/      what programs read in the files: a help, no proof""",
    "proves_en": """\
It proves that the files are unchanged since they were received, and when the ledger says that
was.""",
    "last_en": """\
File names were made harmless; the true ones stand in evidence.json. Files that strangers sent
may do harm: open them where that does not matter.
""",
}
_COVERED_ENGLISH = {
    "variant_en": ", redacted (other persons are covered)",
    "folders_en": """\
  redacted/      the covered copies; there are no originals here
  custody/       what was done with each piece, without names""",
    "proves_en": """\
It proves that each covered copy is the one the municipality made, and that it stands for a sealed
original whose SHA-256 the ledger took down when it came in; not that it is covered rightly.""",
    "last_en": """\
Names of employees became Medarbejder 1, 2 and so on. File names, reasons, earlier recipients and
other free text were left out; the ledger's entries that hold them came along closed: that they
stand there, their kind and their moment can be checked.
""",
}


def readme(
    over: HandOver,
    count: int,
    fingerprint: str,
    documents: Sequence[Document],
    paper: Paper | None = None,
) -> bytes:
    """Return the text, with Windows' line ends: every editor there shows it right."""
    municipality = one_line(over.municipality)
    variant = _COVERED | _COVERED_ENGLISH if over.redacted else _WHOLE | _WHOLE_ENGLISH
    booklet = list(_of_booklet(paper or Paper()))
    facts = {
        **variant,
        "municipality": municipality.upper(),
        "underline": "=" * (len(municipality) + len("BEVISPAKKE FRA ")),
        "recipient": one_line(over.recipient),
        "purpose": one_line(over.purpose),
        "case": one_line(over.case or "–"),
        "moment": moment_text(over.made_at),
        "who": one_line(over.made_by_name),
        "count": f"{count} {'bevis' if count == 1 else 'beviser'}",
        "count_en": f"{count} {'piece' if count == 1 else 'pieces'} of evidence",
        "fingerprint": fingerprint,
        "documents": "".join(f"  documents\\{one.name}  begynd her\n" for one in documents[:1]),
        "notes": "".join(f"{told}\n" for told, _ in booklet)
        + ("\n" if booklet else "")
        + variant["own_notes"],
        "notes_en": "".join(f"{told}\n" for _, told in booklet) + ("\n" if booklet else ""),
    }
    text = _DANISH.format_map(facts) + "-" * 70 + "\n\n" + _ENGLISH.format_map(facts)
    return ("\ufeff" + text).replace("\n", "\r\n").encode()


def _of_booklet(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield what is lacking in the booklet, in Danish and English."""
    if paper.lacking:
        yield (
            "Bilagshæftet er ikke med: det kunne ikke skrives ud. Alt andet er her.",
            "The booklet is not here: it could not be printed. Everything else is.",
        )
        return
    if paper.without_pictures:
        yield (
            "Bilagshæftet kunne kun skrives ud uden billeder. Se filerne selv.",
            "The booklet could only be printed without pictures. See the files themselves.",
        )
    if paper.plain_letters:
        yield (
            "Usædvanlige tegn står som spørgsmålstegn i bilagshæftet. Filerne har dem rigtigt.",
            "Uncommon letters stand as question marks in the booklet. The files have them right.",
        )
    if paper.unshown and not paper.without_pictures:
        told = ", ".join(paper.unshown)
        yield (
            f"Et billede kunne ikke skrives ud i bilagshæftet for: {told}.",
            f"A picture could not be printed in the booklet for: {told}.",
        )
    if paper.numbers:
        told = ", ".join(paper.numbers)
        yield (
            f"Med her, men ikke i bilagshæftet: {told}.",
            f"Here, but not in the booklet: {told}.",
        )
