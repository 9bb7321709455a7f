# ruff: noqa: E501  # markup stands in lines as long as on the pages it is like
"""What stands around posts on real pages, and pages with nothing else: none of it may be a post."""

from __future__ import annotations

from collections.abc import Callable

from tests.capture.made.people import Chance

_TITLES = [
    "Ny cykelsti ved havnen",
    "Byrådet vedtog budgettet",
    "Skolen lukker i uge 42",
    "Bibliotek får ny leder",
    "Åbent hus på genbrugspladsen",
    "Vejarbejde på Nørregade",
    "Stor koncert i Byparken",
]


def menu(_: Chance) -> str:
    items = "".join(f'<li><a href="/m{n}">Punkt {n}</a></li>' for n in range(7))
    return f'<div class="top"><ul class="menu">{items}</ul></div>'


def teasers(chance: Chance) -> str:
    more = chance.words[7]
    return (
        '<div class="teasers"><h3>Læs også</h3>'
        + "".join(
            f'<div class="teaser"><a href="/nyt/{n}"><img width=80 height=80 alt=""><h4>{title}</h4></a>'
            f'<span class="date">{n + 1}. november 2026</span><p>Kort om {title.lower()}.</p>'
            f'<a href="/nyt/{n}">{more}</a></div>'
            for n, title in enumerate(_TITLES)
        )
        + "</div>"
    )


def bylined(_: Chance) -> str:
    return (
        '<ul class="list">'
        + "".join(
            f'<li><h3><a href="/artikel/{n}">{title}</a></h3><div>Af <b>Ole Hansen</b>, {n + 2}. november'
            f" 2026 kl. 10.{n}0</div><p>Resumé af det, som artiklen siger om {title.lower()}.</p></li>"
            for n, title in enumerate(_TITLES)
        )
        + "</ul>"
    )


def topics(_: Chance) -> str:
    return (
        "<table class=forumlist>"
        + "".join(
            f'<tr class=row><td><a href="/viewtopic?t={n}">{title}</a></td><td>{n * 7}</td>'
            f'<td>Seneste: <a href="/u/{n}">Mette Sø</a><br>{n + 1}. nov 2026, 14:0{n}</td></tr>'
            for n, title in enumerate(_TITLES)
        )
        + "</table>"
    )


def latest(_: Chance) -> str:
    return (
        "<aside><h4>Seneste kommentarer</h4><ul>"
        + "".join(
            f'<li><b>Ib Krog</b> om <a href="/artikel/{n}#c{n}">{title}</a> <span>{n + 1} t. siden</span></li>'
            for n, title in enumerate(_TITLES[:5])
        )
        + "</ul></aside>"
    )


def calendar(_: Chance) -> str:
    return (
        '<div class="kalender">'
        + "".join(
            f'<div class="k"><span class="dag">{n + 3}. december 2026 kl. 19.30</span><h4>{title}</h4>'
            f"<p>Byhallen, sal {n}</p></div>"
            for n, title in enumerate(_TITLES)
        )
        + "</div>"
    )


def goods(_: Chance) -> str:
    return (
        '<ul class="grid">'
        + "".join(
            f'<li><a href="/vare/{n}"><img width=90 height=90 alt=""></a><b>Model {title.split()[0]}</b>'
            f"<div>Fra 3. november 2026</div><span>{n}99,00 kr.</span><button>Læg i kurv</button></li>"
            for n, title in enumerate(_TITLES)
        )
        + "</ul>"
    )


def figures(_: Chance) -> str:
    rows = "".join(
        f"<tr><td>{title.split()[0]}</td><td>{n + 1}. november 2026</td><td>{n * 13}</td><td>{n}4,5 %</td></tr>"
        for n, title in enumerate(_TITLES)
    )
    return f"<table><tr><th>Sted</th><th>Dato</th><th>Antal</th><th>Andel</th></tr>{rows}</table>"


def found(_: Chance) -> str:
    return (
        '<ol class="hits">'
        + "".join(
            f'<li><a href="https://kommune.example/{n}">{title} – Kommunen</a><cite>kommune.example</cite>'
            f"<p>{n + 1}. nov. 2026 · Her kan du læse om {title.lower()} og meget mere.</p></li>"
            for n, title in enumerate(_TITLES)
        )
        + "</ol>"
    )


def files(_: Chance) -> str:
    return (
        "<ul>"
        + "".join(
            f'<li><a href="/f/{n}.pdf">Referat {n}</a> <span>PDF, {n}2 kB</span> <span>{n + 1}.11.2026</span></li>'
            for n in range(6)
        )
        + "</ul>"
    )


def staff(_: Chance) -> str:
    return (
        '<div class="folk">'
        + "".join(
            f'<div class="p"><img width=100 height=100 alt=""><h4>{name}</h4><div>Sagsbehandler</div>'
            f'<div>Telefon 12 34 56 7{n}</div><a href="mailto:a{n}@k.example">Skriv</a></div>'
            for n, name in enumerate(("Ole Hansen", "Mette Sø", "Ib Krog", "Karen Blom"))
        )
        + "</div>"
    )


def agenda(_: Chance) -> str:
    return (
        "<table>"
        + "".join(
            f"<tr><td>{10 + n}.00</td><td>{title}</td><td>ved Ole Hansen</td></tr>"
            for n, title in enumerate(_TITLES)
        )
        + "</table>"
    )


def releases(_: Chance) -> str:
    return (
        "<dl>"
        + "".join(
            f"<dt>Version 1.{n} – {n + 1}. november 2026</dt><dd>Rettede fejl i søgningen og {n} andre ting.</dd>"
            for n in range(5)
        )
        + "</dl>"
    )


def minutes(_: Chance) -> str:
    return (
        '<div class="text">'
        + "".join(
            f"<p>Den {n + 1}. november 2026 besluttede udvalget punkt {n}. Borgmesteren deltog ikke.</p>"
            for n in range(6)
        )
        + "</div>"
    )


def results(_: Chance) -> str:
    return (
        "<ul class=kampe>"
        + "".join(
            f"<li><span>{n + 1}. nov 2026</span><b>FC Havn</b> – <b>BK Skov</b> <span>{n}-1</span></li>"
            for n in range(6)
        )
        + "</ul>"
    )


def episodes(_: Chance) -> str:
    return (
        "<div>"
        + "".join(
            f'<div class="ep"><h3><a href="/lyd/{n}">Afsnit {n}: {title}</a></h3><time datetime="2026-11-0{n + 1}">'
            f"{n + 1}. november 2026</time><p>I dette afsnit taler vært Mette Sø om {title.lower()}.</p></div>"
            for n, title in enumerate(_TITLES)
        )
        + "</div>"
    )


def jobs(_: Chance) -> str:
    return (
        "<div>"
        + "".join(
            f'<a class="jb" href="/job/{n}"><div>Pædagog til {title.split()[0]}</div><div>Ansøgningsfrist: '
            f"{n + 10}. december 2026</div><div>Fuldtid, 37 timer, Børn og Unge</div></a>"
            for n, title in enumerate(_TITLES)
        )
        + "</div>"
    )


def notices(_: Chance) -> str:
    return (
        "<section><h2>Nyheder</h2>"
        + "".join(
            f'<div class="n"><span>{n + 1}. november 2026</span><strong>{title}</strong><p>Det sker i denne uge, '
            f"og der er plads til alle. Vi glæder os til at se jer.</p></div>"
            for n, title in enumerate(_TITLES)
        )
        + "</section>"
    )


def weather(_: Chance) -> str:
    return (
        "<div>"
        + "".join(
            f"<div><div>Fredag {n + 1}. nov</div><div>Skyet</div><div>{n}°</div></div>"
            for n in range(5)
        )
        + "</div>"
    )


def slides(_: Chance) -> str:
    return (
        "<div>"
        + "".join(
            f'<figure><img width=200 height=120 alt=""><figcaption>{title}. Foto: Ib Krog, {n + 1}. november 2026'
            "</figcaption></figure>"
            for n, title in enumerate(_TITLES)
        )
        + "</div>"
    )


NOISE: tuple[Callable[[Chance], str], ...] = (
    agenda, bylined, calendar, episodes, figures, files, found, goods, jobs, latest, menu, minutes,
    notices, releases, results, slides, staff, teasers, topics, weather,
)  # fmt: skip
AROUND: tuple[Callable[[Chance], str], ...] = (menu, teasers, calendar, goods, latest, files)
