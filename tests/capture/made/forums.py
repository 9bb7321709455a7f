# ruff: noqa: E501  # markup stands in lines as long as on the pages it is like
"""Comment lists, forums and guest books written down by hand: the one half of `threads`."""

from __future__ import annotations

from tests.capture.made.people import Chance, Said, each, linked


def spans(posts: list[Said], _: Chance) -> str:
    return each(
        posts,
        lambda p: (
            f'<div class="comment"><span class="author">{p.name}</span> '
            f'<time datetime="{p.iso}">{p.stated}</time><p>{p.html}</p></div>'
        ),
    )


def nested_lists(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        inner = f"<ul>{each(p.replies, one)}</ul>" if p.replies else ""
        return (
            f'<li id="k{p.nth}"><img width=40 height=40 alt=""><b>{p.name}</b> '
            f'<a href="{linked(p, f"k{p.nth}")}"><small>{p.stated}</small></a><div>{p.html}</div>'
            f'<a href="#svar">{c.words[0]}</a>{inner}</li>'
        )

    return f"<ul>{each(posts, one)}</ul>"


def built(posts: list[Said], c: Chance) -> str:
    """A newspaper's own widget: classes that a build made up."""
    a, b, d, e, f, g, h = (c.name() for _ in range(7))

    def one(p: Said) -> str:
        inner = f'<div class="{h}">{each(p.replies, one)}</div>' if p.replies else ""
        return (
            f'<div class="{a}"><div class="{b}"><div class="{d}"></div><div class="{e}"><span class="{f}">'
            f'{p.name}</span><span class="{g}">{p.stated}</span></div></div><div class="{d} {c.name()}">'
            f"<div>{p.html}</div></div><div><button>{c.words[2]}</button><span>{p.nth}</span>"
            f"<button>{c.words[0]}</button></div>{inner}</div>"
        )

    return f"<h2>{c.words[3]} ({len(posts)})</h2><div>{each(posts, one)}</div>"


def scrambled(posts: list[Said], c: Chance) -> str:
    """No class twice on the page."""
    return each(
        posts,
        lambda p: (
            f'<div class="{c.name()}"><div class="{c.name()}"><a class="{c.name()}" href="/bruger/'
            f'{p.nth}">{p.name}</a><span class="{c.name()}">{p.stated}</span></div><div class="{c.name()}">'
            f'{p.html}</div><div class="{c.name()}"><button class="{c.name()}">{c.words[0]}</button></div></div>'
        ),
    )


def message_cells(posts: list[Said], c: Chance) -> str:
    return each(
        posts,
        lambda p: (
            f'<div class="message message--post" data-author="{p.name}" id="post-{p.nth + 50}">'
            f'<div class="message-user"><h4 class="message-name"><a href="/members/{p.nth}/">{p.name}</a></h4>'
            f'<h5 class="userTitle">Medlem</h5><dl><dt>{c.words[5]}</dt><dd>3. jan 2019</dd><dt>{c.words[6]}</dt>'
            f'<dd>{p.nth * 31}</dd></dl></div><div class="message-cell"><header><a href="'
            f'{linked(p, f"post-{p.nth + 50}")}"><time datetime="{p.iso}">{p.stated}</time></a><a href="#x">'
            f'#{p.nth + 1}</a></header><div class="bbWrapper">{p.html}</div><footer><a>{c.words[1]}</a>'
            f"<a>{c.words[8]}</a></footer></div></div>"
        ),
    )


def profile_beside(posts: list[Said], c: Chance) -> str:
    return each(
        posts,
        lambda p: (
            f'<div id="p{p.nth + 9}" class="post bg{p.nth % 2}"><div class="inner"><dl class="postprofile">'
            f'<dt><a href="./memberlist.php?u={p.nth}" class="username">{p.name}</a></dt><dd>{c.words[6]}: '
            f'{p.nth * 7}</dd><dd>{c.words[5]}: 3. jan 2019, 10:12</dd></dl><div class="postbody"><h3><a href="'
            f'{linked(p, f"p{p.nth + 9}")}">Re: Cykelstien</a></h3><p class="author"><a href="#p{p.nth + 9}">'
            f'▪</a> af <strong><a href="./memberlist.php?u={p.nth}">{p.name}</a></strong> » {p.stated}</p>'
            f'<div class="content">{p.html}</div><div class="signature">Hilsen fra mig</div></div></div></div>'
            "<hr class=divider>"
        ),
    )


def table_rows(posts: list[Said], c: Chance) -> str:
    """A forum from 2003: two rows for each post, and one between."""
    rows = each(
        posts,
        lambda p: (
            f"<tr><td width=150 rowspan=2 valign=top class=row1><span class=name><b>{p.name}</b></span>"
            f"<br>{c.words[6]}: {p.nth * 3}</td><td class=row1><span class=postdetails>Skrevet: {p.stated}</span>"
            f'<a href="?quote={p.nth}">{c.words[8]}</a></td></tr><tr><td class=row1><span class=postbody>{p.html}'
            "</span></td></tr><tr><td class=spaceRow colspan=2 height=1></td></tr>"
        ),
    )
    return f'<table class="forumline" width="100%"><tr><th>Forfatter</th><th>Besked</th></tr>{rows}</table>'


def table_each(posts: list[Said], c: Chance) -> str:
    return each(
        posts,
        lambda p: (
            f'<div style="padding:0 0 6px"><table id="post{p.nth + 70}" class="tborder" width="100%">'
            f'<tr><td class="thead">{p.stated}</td><td class="thead">#<a href="{linked(p, f"post{p.nth + 70}")}">'
            f'{p.nth + 1}</a></td></tr><tr><td class="alt2"><a class="bigusername" href="member.php?u={p.nth}">'
            f'{p.name}</a><div class="smallfont">{c.words[5]}: jan 2019</div></td><td class="alt1">'
            f'<div id="post_message_{p.nth}">{p.html}</div></td></tr></table></div>'
        ),
    )


def wrote(posts: list[Said], c: Chance) -> str:
    return each(posts, lambda p: f"<p><b>{p.name}</b> {c.words[4]} {p.stated}:<br>{p.html}</p>")


def terms(posts: list[Said], _: Chance) -> str:
    rows = each(posts, lambda p: f"<dt>{p.name} – {p.stated}</dt><dd>{p.html}</dd>")
    return f"<h1>Gæstebog</h1><dl>{rows}</dl>"


def guest_rows(posts: list[Said], _: Chance) -> str:
    rows = each(
        posts,
        lambda p: (
            f'<tr bgcolor="#eee"><td><b>{p.name}</b><br><font size=1>{p.stated}</font></td>'
            f"<td>{p.html}</td></tr>"
        ),
    )
    return f"<h1>Gæstebog</h1><table border=1 width=100%>{rows}</table>"


def ruled(posts: list[Said], _: Chance) -> str:
    return (
        "<h2>Gæstebog</h2><div>"
        + "<hr>".join(f"<b>{p.name}</b> {p.stated}<br>{p.html}<br>" for p in posts)
        + "</div>"
    )


def indented(posts: list[Said], c: Chance) -> str:
    def one(p: Said, depth: int) -> str:
        return (
            f'<div class="kom" style="margin-left:{depth * 24}px"><div class="hoved"><strong>{p.name}</strong>'
            f' · <span title="{p.iso}">{p.stated}</span></div><div class="tekst">{p.html}</div>'
            f"<a href='#r'>{c.words[0]}</a></div>" + "".join(one(r, depth + 1) for r in p.replies)
        )

    return "<h3>Debat</h3>" + "".join(one(p, 0) for p in posts)


def spaced(posts: list[Said], c: Chance) -> str:
    """Rows, pushed in by a picture of no colour."""

    def one(p: Said, depth: int) -> str:
        return (
            f'<tr class="athing" id="{p.nth + 4000}"><td><table><tr><td class="ind"><img alt="" height=1 '
            f'width={depth * 40}></td><td class="default"><span class="comhead"><a href="user?id=u{p.nth}" '
            f'class="hnuser">{p.name}</a> <span class="age"><a href="{linked(p, str(p.nth + 4000))}">{p.stated}'
            f'</a></span></span><div class="comment">{p.html}</div><u><a href="reply?id=1">{c.words[0]}</a></u>'
            "</td></tr></table></td></tr>" + "".join(one(r, depth + 1) for r in p.replies)
        )

    return "<table>" + "".join(one(p, 0) for p in posts) + "</table>"
