"""What stands on the municipality's page: two posts and what people wrote under them, made up.

Nothing here is harsher than the rules need to be shown with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.demonstration.municipality import EMPLOYEE


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `minutes` is how long ago it was written, as the page states it."""

    id: str
    author: str
    text: str
    minutes: int
    replies: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the municipality with its comments."""

    path: str
    title: str
    text: str
    minutes: int
    comments: tuple[Comment, ...]

    def address_of(self, comment: str) -> str:
        """Return the path of one comment."""
        return f"{self.path}?comment_id={comment}"


THREAT: Final = "1006"
HARASSING: Final = "1008"

OPENING_HOURS: Final = Post(
    "/opslag/aabningstider",
    "Nye åbningstider i Borgerservice",
    "Fra den 1. i næste måned har Borgerservice lukket om fredagen. Til gengæld har vi åbent "
    "til kl. 18 om torsdagen. Du kan stadig bestille tid og klare meget på nettet.",
    26 * 60,
    (
        Comment(
            "1001",
            "Birthe Skov",
            "Tak til jer i skranken. Jeg fik nyt pas på ti minutter og et smil med på vejen.",
            25 * 60,
            (Comment("1002", "Ali Demir", "Det samme her. God betjening hver gang.", 24 * 60),),
        ),
        Comment(
            "1003",
            "Poul Erik Hede",
            "Det er under al kritik at lukke om fredagen. Ingen har spurgt os, der arbejder alle "
            "andre dage. Byrådet burde skamme sig over den beslutning.",
            22 * 60,
            (
                Comment(
                    "1004",
                    "Signe Nør",
                    "Enig i kritikken. Men skriv det til byrådet, ikke til dem i skranken.",
                    21 * 60,
                ),
            ),
        ),
        Comment(
            "1005",
            "Kim Aalbæk",
            f"Jeg fik et forkert svar af {EMPLOYEE.name} og måtte køre to gange. Det må I kunne "
            "gøre bedre.",
            9 * 60,
        ),
        Comment(
            THREAT,
            "Ravn 88",
            f"{EMPLOYEE.name}, jeg ved hvor du bor. Du skal ikke føle dig sikker, når du går hjem.",
            3 * 60,
            (
                Comment(
                    "1007",
                    "Signe Nør",
                    "Sådan skriver man ikke til et menneske, der passer sit arbejde.",
                    2 * 60,
                ),
            ),
        ),
        Comment(
            HARASSING,
            "Bo Nissum",
            f"{EMPLOYEE.name} er en heks og burde spærres inde. Del hendes billede, så alle ved, "
            "hvem hun er.",
            95,
        ),
        Comment(
            "1009",
            "Ravn 88",
            "Vi ved jo godt, hvilken bil hun kører i, og hvornår hun har fri. Vi ses.",
            41,
        ),
        Comment(
            "1010",
            "Grethe Lyng",
            "Jeg vil gerne slå et slag for dem i Borgerservice. De har travlt og er altid søde.",
            12,
        ),
    ),
)

HARBOUR_FEAST: Final = Post(
    "/opslag/havnefest",
    "Havnefest på lørdag",
    "Der er musik fra kl. 14, fiskesuppe fra kl. 17 og fyrværkeri, når det bliver mørkt.",
    50 * 60,
    (
        Comment("2001", "Ali Demir", "Vi glæder os, hele gaden kommer!", 49 * 60),
        Comment(
            "2002",
            "Hurtige Penge",
            "Tjen 9.000 kr. om ugen hjemmefra helt uden arbejde! Klik her: "
            "www.hurtige-penge.example",
            30 * 60,
        ),
        Comment(
            "2003",
            "Jytte Vang",
            "Hej, kan I slå min sag op? Mit cpr er 300101-0000, så ring tilbage til mig.",
            7 * 60,
        ),
        Comment("2004", "Poul Erik Hede", "Fyrværkeri skræmmer hundene. Drop det nu.", 5 * 60),
    ),
)

POSTS: Final = (OPENING_HOURS, HARBOUR_FEAST)
