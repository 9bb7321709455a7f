"""Who says what and when on made pages: five languages, by chance but always the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from random import Random
from zoneinfo import ZoneInfo

_NAMES = [
    "Ole Hansen",
    "Mette Sø",
    "Ib Krog",
    "Karen Blom-Juhl",
    "Åse Østergård",
    "Jens P.",
    "borger_42",
    "MetteS",
    "ole74",
    "Fatima al-Sayed",
    "Søren",
    "Nina Lund Holm",
    "Kåre Willoch",
    "Jürgen Groß",
    "Anna-Lena Öberg",
    "xX_kaj_Xx",
    "Tove Bæk Nielsen",
    "Ahmed",
    "Sigrid Undset",
    "Peter Müller",
    "J. K. Jensen",
    "Bo",
    "Lise W.",
    "Hr. Skæg",
]
_SAID = {
    "da": "Du er en idiot, jeg slår dig ihjel.|Enig.|Det er en god idé, men hvem skal betale?|"
    "Jeg har boet her i 30 år, og jeg har aldrig set noget lignende. Kommunen burde skamme sig.|"
    "😡😡|Nej!|Hvad siger borgmesteren til det?|112|Se https://eks.example/side hvor det står.|"
    "Tak for svaret i går. Mødet den 3. marts var spild af tid.|Helt enig med Ole Hansen.",
    "nb": "Dette er helt feil.|Enig!|Jeg skjønner ikke hvorfor kommunen gjør dette hver vår.|"
    "Noen burde lære deg en lekse.|Takk for at dere tar det opp, det var på tide.|Ja|Hvem betaler?|"
    "Vi flyttet hit i 2012 og har aldri angret, men nå begynner det å ligne noe.",
    "sv": "Det här är skandal.|Håller med.|Jag förstår inte varför kommunen gör så här varje vår.|"
    "Vem ska betala?|Tack för ett bra inlägg, men du glömmer skolorna och de äldre.|Nej.|👍",
    "de": "Das ist doch Unsinn.|Genau!|Ich wohne seit dreißig Jahren hier und habe so etwas nie "
    "gesehen.|Wer soll das bezahlen?|Danke für den Hinweis, aber die Schulen fehlen.|Nein.|🙈",
    "en": "This is a disgrace.|Agreed.|I have lived here for thirty years and never seen the like.|"
    "Who is going to pay for it?|Thanks for raising this, but you forget the schools.|No.|lol",
}
WORDS = {
    "da": "Svar|Rapportér|Synes godt om|Kommentarer|skrev|Medlem siden|Indlæg|Læs mere|Citér",
    "nb": "Svar|Rapporter|Liker|Kommentarer|skrev|Registrert|Innlegg|Les mer|Siter",
    "sv": "Svara|Anmäl|Gilla|Kommentarer|skrev|Medlem sedan|Inlägg|Läs mer|Citera",
    "de": "Antworten|Melden|Gefällt mir|Kommentare|schrieb|Dabei seit|Beiträge|Mehr lesen|Zitieren",
    "en": "Reply|Report|Like|Comments|wrote|Joined|Posts|Read more|Quote",
}
_MONTHS = {
    "da": "januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december",
    "nb": "januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember",
    "sv": "januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december",
    "de": "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
}
_NEAR = {
    "da": "for 2 timer siden,3 t.,i går kl. 14.03,for en uge siden,2 d,lige nu",
    "nb": "for 2 timer siden,3 t,i går kl. 14:03,for en uke siden,2 d,i dag 09:12",
    "sv": "för 2 timmar sedan,3 tim,igår 14:03,för en vecka sedan,2 d,idag 09:12",
    "de": "vor 2 Stunden,vor 3 Tagen,gestern um 14:03,vor einer Woche,heute 09:12 Uhr,vor 5 Min.",
    "en": "2 hours ago,3h,yesterday at 2:03 PM,a week ago,2 days ago,just now",
}
_ADDED = (
    "", "", "", "", "\nSe denne side.", "\n\nMvh. Ole", "\nI dag kl. 14.03 er der møde.", " 😀",
    (
        "\nJeg skrev det samme den 3. november 2026, men ingen svarede. Det er en lang historie, "
        "og den handler om veje, skoler og et budget på 3 mio. kr., som ingen har set."
    ),
)  # fmt: skip
_ZONE = ZoneInfo("Europe/Copenhagen")


@dataclass
class Said:
    """One post. `nth` is its place in the page, `permalink` only set where the page shows it."""

    nth: int
    author: str
    moment: datetime
    stated: str
    text: str
    above: int | None = None
    permalink: str | None = None
    told_time: bool = True
    replies: list[Said] = field(default_factory=list)

    @property
    def name(self) -> str:
        return escape(self.author)

    @property
    def html(self) -> str:
        """The text as somebody set it: lines, a link, a name that is answered, emphasis."""
        lines = escape(self.text).split("\n")
        lines = [re.sub(r"^@(\S+ \S+)", r'<a href="/profil/9">@\1</a>', line) for line in lines]
        lines = [
            re.sub(r"(denne side)", r'<a href="https://x.example/a">\1</a>', line) for line in lines
        ]
        return "<br>".join(lines)

    @property
    def iso(self) -> str:
        return self.moment.isoformat()


@dataclass
class Chance:
    """All that varies in a made page."""

    random: Random
    language: str
    near: bool

    @property
    def words(self) -> list[str]:
        return WORDS[self.language].split("|")

    def stated(self, moment: datetime) -> str:
        if self.near:
            return self.random.choice(_NEAR[self.language].split(","))
        month = _MONTHS[self.language].split(",")[moment.month - 1]
        day, year, clock = moment.day, moment.year, f"{moment:%H:%M}"
        if self.language == "en":
            return f"{month} {day}, {year} at {clock}"
        dots = clock.replace(":", ".")
        ways = [f"{day}. {month} {year} kl. {dots}", f"{day}. {month[:3]} {year}, {clock}"]
        ways += [f"{moment:%d.%m.%Y} {clock}", f"{moment:%Y-%m-%d %H:%M}", f"{day}. {month} {year}"]
        ways = ways if self.language in {"da", "nb"} else ways[1:]
        return ways[int(moment.timestamp()) // 86400 // 400 % len(ways)]

    def name(self) -> str:
        """A class as a build writes it."""
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        return "c" + "".join(self.random.choice(letters) for _ in range(6))

    def thread(self, size: int, *, nested: bool) -> list[Said]:
        """Posts of their own, some with answers."""
        top: list[Said] = []
        every: list[Said] = []
        start = datetime(2026, 11, 3, 9, 7, tzinfo=_ZONE)
        says = _SAID[self.language].split("|")
        for nth in range(size):
            moment = start + timedelta(minutes=nth * 97 + self.random.randrange(60))
            text = says[nth % len(says)] if nth < len(says) else f"{says[nth % len(says)]} ({nth})"
            text += self.random.choice(_ADDED)
            text = self.random.choice(("", "", "", "", "@Mette Sø ")) + text
            post = Said(nth, self.random.choice(_NAMES), moment, self.stated(moment), text)
            if nested and every and self.random.random() < 0.45:  # chance, no secret
                self.random.choice(every[-3:]).replies.append(post)
            else:
                top.append(post)
            every.append(post)
        return top


def in_order(thread: list[Said]) -> list[Said]:
    """The posts in the order in which a nested page shows them, each with its place and parent."""
    found: list[Said] = []

    def take(posts: list[Said], above: int | None) -> None:
        for post in posts:
            post.nth, post.above = len(found), above
            found.append(post)
            take(post.replies, post.nth)

    take(thread, None)
    return found


def each(posts: list[Said], one: Callable[[Said], str]) -> str:
    """All of them, one after the other."""
    return "".join(one(post) for post in posts)


def linked(post: Said, fragment: str) -> str:
    """The address of a post on its page, which is noted as shown."""
    post.permalink = f"#{fragment}"
    return post.permalink
