"""`LAES-MIG.txt`: what a bundle holds, how anyone checks it, and what that proves. Da, then En."""

from __future__ import annotations

from collections.abc import Sequence

from archive.export.custody import moment_text, one_line
from archive.export.package import Document, HandOver

_DANISH = """\
BEVISPAKKE FRA {municipality}
{underline}

Til:       {recipient}
Formål:    {purpose}
Sag:       {case}
Udleveret: {moment} af {who}
Indhold:   {count}{variant}

SÅDAN LÆSER DU DEN
{documents}  originals\\     de originale filer, præcis som de kom ind{redacted_folder}
  custody\\       hvert bevis' forløb: hvem havde det, og hvad skete der (læs .txt-filerne)
  readings\\      hvad et program har læst i filerne; det er en hjælp, ikke et bevis
  evidence.json  alle oplysninger samlet, til programmer
  ledger\\, timestamps\\, check.py, *-sha256.txt  til kontrol

Filnavnene er gjort ufarlige. Det rigtige navn står i custody\\ og i evidence.json.
Filer, som nogen har sendt til os, kan være skadelige. Åbn dem på en maskine, der tåler det.

SÅDAN KONTROLLERER DU DEN
1. Alt på én gang (Windows, Mac, Linux; kræver Python 3.8 eller nyere, ingen net):
     python check.py
   Programmet siger, om hver fil er den, der kom ind, og om loggen holder.
   Sammenlign fingeraftrykket, som det viser, med det på kommunens hjemmeside:
     {fingerprint}
   Hent gerne check.py et andet sted fra end her; den er åben og kan læses.
2. En enkelt fil i Windows, uden noget ekstra (kommandoprompt):
     certutil -hashfile originals\\FILNAVN SHA256
   Resultatet skal være det samme som ved filen i manifest-sha256.txt.
3. Alle filer på Linux og Mac:
     sha256sum -c manifest-sha256.txt      (Mac: shasum -a 256 -c manifest-sha256.txt)

HVAD DET BEVISER, OG HVAD IKKE
- At filerne er uændrede, siden kommunen modtog dem, og hvornår loggen siger, det var.
- Et tidsstempel udefra (timestamps\\) beviser, at det fandtes senest da, også over for kommunen.
  Uden det beviser loggen ikke noget over for den, der selv fører den.
- Det beviser ikke, hvem der har skrevet noget, eller at det er sandt.
- Pakken indeholder det, der er udvalgt. Den siger ikke, at der ikke findes mere.

"""
_ENGLISH = """\
EVIDENCE BUNDLE OF {municipality}

For {recipient}, {count_en}{variant_en}. Purpose: {purpose}.

  originals/     the original files, exactly as they came in{redacted_folder_en}
  custody/       who had each piece and what was done with it
  readings/      what programs read in the files: a help, no proof
  documents/     papers made for people
  evidence.json  all facts, for programs

Check everything, offline, with Python 3.8 or later:  python3 check.py
Check the files alone:  sha256sum -c manifest-sha256.txt
On Windows, one file:   certutil -hashfile originals\\NAME SHA256

Compare the key's fingerprint with the one on the municipality's website:
  {fingerprint}

It proves that the files are unchanged since they were received, and when the ledger says that
was. A time-stamp from outside proves that they existed by then, against the municipality too;
without one the ledger proves nothing against whoever keeps it. It does not prove who wrote
something or that it is true, nor that there is nothing else.
File names were made harmless; the true ones stand in evidence.json. Files that strangers sent
may do harm: open them where that does not matter.
"""


def readme(over: HandOver, count: int, fingerprint: str, documents: Sequence[Document]) -> bytes:
    """Return the text, with Windows' line ends: every editor there shows it right."""
    municipality = one_line(over.municipality)
    facts = {
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
        "variant": ", overdækkede udgaver (andre personer er dækket)" if over.redacted else "",
        "variant_en": ", redacted (other persons are covered)" if over.redacted else "",
        "redacted_folder": (
            "\n  redacted\\      de overdækkede udgaver; her er ingen originaler"
            if over.redacted
            else ""
        ),
        "redacted_folder_en": (
            "\n  redacted/      the redacted files; there are no originals here"
            if over.redacted
            else ""
        ),
    }
    text = _DANISH.format_map(facts) + "-" * 70 + "\n\n" + _ENGLISH.format_map(facts)
    return ("\ufeff" + text).replace("\n", "\r\n").encode()
