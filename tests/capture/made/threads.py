"""The ways in which comment systems, forums and guest books write a thread down, made by hand.

None is a copy of a system's own pages: each has the habits that kind of page has. None says by
meaning (roles, schema.org, microformats, `<article>`) what a post is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.capture.made.people import Chance, Said, in_order


@dataclass(frozen=True)
class Way:
    """How a page writes its posts: nested within each other, with links to each, with times."""

    write: Callable[[list[Said], Chance], str]
    nested: bool = False
    least: int = 1


def _all(posts: list[Said], one: Callable[[Said], str]) -> str:
    return "".join(one(post) for post in posts)


def _linked(post: Said, fragment: str) -> str:
    post.permalink = f"#{fragment}"
    return post.permalink


def spans(posts: list[Said], _: Chance) -> str:
    return _all(
        posts,
        lambda p: (
            f'<div class="comment"><span class="author">{p.name}</span> '
            f'<time datetime="{p.iso}">{p.stated}</time><p>{p.html}</p></div>'
        ),
    )


def nested_lists(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        inner = f"<ul>{_all(p.replies, one)}</ul>" if p.replies else ""
        return (
            f'<li id="k{p.nth}"><img width=40 height=40 alt=""><b>{p.name}</b> '
            f'<a href="{_linked(p, f"k{p.nth}")}"><small>{p.stated}</small></a><div>{p.html}</div>'
            f'<a href="#svar">{c.words[0]}</a>{inner}</li>'
        )

    return f"<ul>{_all(posts, one)}</ul>"


def built(posts: list[Said], c: Chance) -> str:
    """A newspaper's own widget: classes that a build made up."""
    a, b, d, e, f, g, h = (c.name() for _ in range(7))

    def one(p: Said) -> str:
        inner = f'<div class="{h}">{_all(p.replies, one)}</div>' if p.replies else ""
        return (
            f'<div class="{a}"><div class="{b}"><div class="{d}"></div><div class="{e}"><span class="{f}">'
            f'{p.name}</span><span class="{g}">{p.stated}</span></div></div><div class="{d} {c.name()}">'
            f"<div>{p.html}</div></div><div><button>{c.words[2]}</button><span>{p.nth}</span>"
            f"<button>{c.words[0]}</button></div>{inner}</div>"
        )

    return f"<h2>{c.words[3]} ({len(posts)})</h2><div>{_all(posts, one)}</div>"


def scrambled(posts: list[Said], c: Chance) -> str:
    """No class twice on the page."""
    return _all(
        posts,
        lambda p: (
            f'<div class="{c.name()}"><div class="{c.name()}"><a class="{c.name()}" href="/bruger/'
            f'{p.nth}">{p.name}</a><span class="{c.name()}">{p.stated}</span></div><div class="{c.name()}">'
            f'{p.html}</div><div class="{c.name()}"><button class="{c.name()}">{c.words[0]}</button></div></div>'
        ),
    )


def message_cells(posts: list[Said], c: Chance) -> str:
    return _all(
        posts,
        lambda p: (
            f'<div class="message message--post" data-author="{p.name}" id="post-{p.nth + 50}">'
            f'<div class="message-user"><h4 class="message-name"><a href="/members/{p.nth}/">{p.name}</a></h4>'
            f'<h5 class="userTitle">Medlem</h5><dl><dt>{c.words[5]}</dt><dd>3. jan 2019</dd><dt>{c.words[6]}</dt>'
            f'<dd>{p.nth * 31}</dd></dl></div><div class="message-cell"><header><a href="'
            f'{_linked(p, f"post-{p.nth + 50}")}"><time datetime="{p.iso}">{p.stated}</time></a><a href="#x">'
            f'#{p.nth + 1}</a></header><div class="bbWrapper">{p.html}</div><footer><a>{c.words[1]}</a>'
            f"<a>{c.words[8]}</a></footer></div></div>"
        ),
    )


def profile_beside(posts: list[Said], c: Chance) -> str:
    return _all(
        posts,
        lambda p: (
            f'<div id="p{p.nth + 9}" class="post bg{p.nth % 2}"><div class="inner"><dl class="postprofile">'
            f'<dt><a href="./memberlist.php?u={p.nth}" class="username">{p.name}</a></dt><dd>{c.words[6]}: '
            f'{p.nth * 7}</dd><dd>{c.words[5]}: 3. jan 2019, 10:12</dd></dl><div class="postbody"><h3><a href="'
            f'{_linked(p, f"p{p.nth + 9}")}">Re: Cykelstien</a></h3><p class="author"><a href="#p{p.nth + 9}">'
            f'▪</a> af <strong><a href="./memberlist.php?u={p.nth}">{p.name}</a></strong> » {p.stated}</p>'
            f'<div class="content">{p.html}</div><div class="signature">Hilsen fra mig</div></div></div></div>'
            "<hr class=divider>"
        ),
    )


def table_rows(posts: list[Said], c: Chance) -> str:
    """A forum from 2003: two rows for each post, and one between."""
    rows = _all(
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
    return _all(
        posts,
        lambda p: (
            f'<div style="padding:0 0 6px"><table id="post{p.nth + 70}" class="tborder" width="100%">'
            f'<tr><td class="thead">{p.stated}</td><td class="thead">#<a href="{_linked(p, f"post{p.nth + 70}")}">'
            f'{p.nth + 1}</a></td></tr><tr><td class="alt2"><a class="bigusername" href="member.php?u={p.nth}">'
            f'{p.name}</a><div class="smallfont">{c.words[5]}: jan 2019</div></td><td class="alt1">'
            f'<div id="post_message_{p.nth}">{p.html}</div></td></tr></table></div>'
        ),
    )


def wrote(posts: list[Said], c: Chance) -> str:
    return _all(posts, lambda p: f"<p><b>{p.name}</b> {c.words[4]} {p.stated}:<br>{p.html}</p>")


def terms(posts: list[Said], _: Chance) -> str:
    rows = _all(posts, lambda p: f"<dt>{p.name} – {p.stated}</dt><dd>{p.html}</dd>")
    return f"<h1>Gæstebog</h1><dl>{rows}</dl>"


def guest_rows(posts: list[Said], _: Chance) -> str:
    rows = _all(
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
            f'class="hnuser">{p.name}</a> <span class="age"><a href="{_linked(p, str(p.nth + 4000))}">{p.stated}'
            f'</a></span></span><div class="comment">{p.html}</div><u><a href="reply?id=1">{c.words[0]}</a></u>'
            "</td></tr></table></td></tr>" + "".join(one(r, depth + 1) for r in p.replies)
        )

    return "<table>" + "".join(one(p, 0) for p in posts) + "</table>"


def timeless(posts: list[Said], c: Chance) -> str:
    for post in posts:
        post.told_time = False
    return f"<h2>{c.words[3]}</h2>" + _all(
        posts,
        lambda p: (
            f'<div class="comment-item"><a class="comment-user" href="/profil/{p.nth}">{p.name}</a>'
            f'<div class="comment-text">{p.html}</div><button>{c.words[0]}</button>'
            f"<button>{c.words[1]}</button></div>"
        ),
    )


def answering(posts: list[Said], c: Chance) -> str:
    """Flat, and each answer names by a link what it answers."""
    every = in_order(posts)

    def one(p: Said) -> str:
        to = (
            f'<div>Svar til <a href="#i{p.above}">{every[p.above].name}</a></div>'
            if p.above is not None
            else ""
        )
        return (
            f'<section class="indlaeg" id="i{p.nth}"><header><img class="avatar" width=48 height=48 alt="">'
            f'<a href="/profil/{p.nth}">{p.name}</a><span>{p.stated}</span></header>{to}<div class="t"><p>'
            f"{p.html}</p></div><footer><button>{c.words[2]} ({p.nth})</button><a href='#i{p.nth}'>Link</a>"
            "</footer></section>"
        )

    for post in every:
        post.permalink = f"#i{post.nth}"
    return _all(every, one)


def blog(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        inner = f'<ul class="children">{_all(p.replies, one)}</ul>' if p.replies else ""
        return (
            f'<li class="comment depth-1" id="comment-{p.nth + 7}"><div id="div-comment-{p.nth + 7}" '
            f'class="comment-body"><div class="comment-author vcard"><img class="avatar" width=32 height=32 '
            f'alt=""><cite>{p.name}</cite> <span class="says">siger:</span></div><div class="comment-meta"><a '
            f'href="{_linked(p, f"comment-{p.nth + 7}")}">{p.stated}</a></div><p>{p.html}</p><div class="reply">'
            f'<a href="?replytocom={p.nth}#respond">{c.words[0]}</a></div></div>{inner}</li>'
        )

    return f'<ol class="commentlist">{_all(posts, one)}</ol>'


def embedded(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        return (
            f'<li class="post" id="post-{p.nth + 300}"><div data-role="post-content" class="post-content">'
            f'<div class="avatar hovercard"><a href="/by/u{p.nth}/"><img width=36 height=36 alt=""></a></div>'
            f'<div class="post-body"><header><span class="post-byline"><span class="author"><a href="/by/u{p.nth}/">'
            f'{p.name}</a></span></span><span class="post-meta"><a href="{_linked(p, f"comment-{p.nth + 300}")}" '
            f'class="time-ago" title="{p.iso}">{p.stated}</a></span></header><div class="post-message"><p>'
            f'{p.html}</p></div><footer><a href="#">▲ {p.nth}</a><a href="#">▼</a><a href="#">{c.words[0]}</a>'
            f'</footer></div></div><ul class="children">{_all(p.replies, one)}</ul></li>'
        )

    return f'<ul id="post-list" class="post-list">{_all(posts, one)}</ul>'


def triples(posts: list[Said], c: Chance) -> str:
    return (
        f"<h2>{c.words[3]}</h2><div class=liste>"
        + _all(
            posts,
            lambda p: f'<h4>{p.name}</h4><div class="dato">{p.stated}</div><p>{p.html}</p>',
        )
        + "</div>"
    )


def signed(posts: list[Said], _: Chance) -> str:
    return (
        "<h2>Læserbreve</h2><div>"
        + _all(
            posts,
            lambda p: f"<div><p>{p.html}</p><p><i>– {p.name}, {p.stated}</i></p></div>",
        )
        + "</div>"
    )


def voted(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        return (
            f'<div class="thing comment" id="thing_t1_{p.nth}"><div class="midcol"><div class="arrow up"></div>'
            f'</div><div class="entry"><p class="tagline"><a href="#" class="expand">[–]</a><a href="/user/u{p.nth}" '
            f'class="author">{p.name}</a> <span class="score">{p.nth} point</span> <time datetime="{p.iso}">{p.stated}'
            f'</time></p><form><div class="usertext-body"><div class="md"><p>{p.html}</p></div></div></form>'
            f'<ul class="flat-list"><li><a href="{_linked(p, f"/r/x/{p.nth}")}" class="bylink">permalink</a></li><li>'
            f'<a href="#">{c.words[0]}</a></li></ul></div><div class="child">{_all(p.replies, one)}</div></div>'
        )

    return _all(posts, one)


def own_elements(posts: list[Said], c: Chance) -> str:
    return (
        "<x-comments style='display:block'>"
        + _all(
            posts,
            lambda p: (
                f'<x-comment style="display:block"><div id="header"><a id="author-text" href="/@u{p.nth}"><span>'
                f'{p.name}</span></a><span id="published"><a href="/watch?lc={p.nth}">{p.stated}</a></span></div><div '
                f'id="content-text"><span>{p.html}</span></div><div id="toolbar"><span>{p.nth}</span><button>{c.words[0]}'
                "</button></div></x-comment>"
            ),
        )
        + "</x-comments>"
    )


def follow_ups(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        return (
            f'<div class="isso-comment" id="isso-{p.nth + 1}"><div class="isso-text-wrapper"><div class='
            f'"isso-comment-header"><span class="isso-author">{p.name}</span><span class="isso-spacer">•</span><a '
            f'class="isso-permalink" href="{_linked(p, f"isso-{p.nth + 1}")}"><time title="x" datetime="{p.iso}">'
            f'{p.stated}</time></a></div><div class="isso-text"><p>{p.html}</p></div><div class="isso-comment-footer">'
            f'<a href="#">{c.words[0]}</a></div></div><div class="isso-follow-up">{_all(p.replies, one)}</div></div>'
        )

    return f"<h4>{c.words[3]}</h4>" + _all(posts, one)


def bubbles(posts: list[Said], _: Chance) -> str:
    return (
        "<div class=chat>"
        + _all(
            posts,
            lambda p: (
                f'<div class="msg" style="width:60%;margin-left:{(p.nth % 2) * 30}%"><div class="n">{p.name}</div>'
                f'<div class="b">{p.html}</div><div class="d">{p.stated}</div></div>'
            ),
        )
        + "</div>"
    )


def plain_mobile(posts: list[Said], c: Chance) -> str:
    return (
        "<div id=liste>"
        + _all(
            posts,
            lambda p: (
                f'<div id="{p.nth + 100}00"><div><h3><a href="/profile.php?id={p.nth}">{p.name}</a></h3><div>'
                f"{p.html}</div><div><a href='/like'>{c.words[2]}</a> · <a href='/c'>{c.words[0]}</a> · <abbr>{p.stated}"
                "</abbr></div></div></div>"
            ),
        )
        + "</div>"
    )


def reviews(posts: list[Said], _: Chance) -> str:
    return "<h2>Anmeldelser</h2>" + _all(
        posts,
        lambda p: (
            f'<div class="review"><div class="stars" aria-label="4 af 5">★★★★☆</div><div class="who">'
            f"<b>{p.name}</b>, {p.stated}</div><p>{p.html}</p></div>"
        ),
    )


def threads_apart(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        return (
            f'<div class="c"><div class="h"><a href="/u/{p.nth}">{p.name}</a> <time datetime="{p.iso}">{p.stated}</time>'
            f'</div><div class="b">{p.html}</div><button>{c.words[0]}</button></div>'
        )

    def beneath(p: Said) -> list[Said]:
        return [one for reply in p.replies for one in (reply, *beneath(reply))]

    for post in posts:
        for reply in beneath(post):
            reply.above = post.nth  # how deep it answers, the page does not show
    return _all(
        posts,
        lambda p: (
            f'<div class="traad">{one(p)}<div class="svar" style="margin-left:30px">'
            f"{_all(beneath(p), one)}</div></div>"
        ),
    )


def epochs(posts: list[Said], c: Chance) -> str:
    return _all(
        posts,
        lambda p: (
            f'<div class="row entry-row"><div class="col"><span class="nick">{p.name}</span></div><div class='
            f'"col2"><span class="ts" data-time="{int(p.moment.timestamp())}">{p.stated}</span><div>{p.html}</div>'
            f"<a href='#q'>{c.words[8]}</a></div></div>"
        ),
    )


def subjects(posts: list[Said], c: Chance) -> str:
    return (
        "<form>"
        + _all(
            posts,
            lambda p: (
                f'<div class="windowbg"><div class="post_wrapper"><div class="poster"><h4><a href="/profile;u={p.nth}">'
                f"{p.name}</a></h4><ul><li>Newbie</li><li>{c.words[6]}: {p.nth}</li></ul></div><div class='postarea'><div>"
                f'<h5 id="subject_{p.nth}"><a href="{_linked(p, f"msg{p.nth}")}">Sv: Cykelsti</a></h5><div class="smalltext">'
                f'« <strong>Svar #{p.nth} : </strong> {p.stated} »</div></div><div class="inner" id="msg{p.nth}">{p.html}'
                "</div></div></div></div>"
            ),
        )
        + "</form>"
    )


def labelled(posts: list[Said], _: Chance) -> str:
    return "<h1>Gæstebog</h1>" + _all(
        posts,
        lambda p: (
            f"<table class=g><tr><td>Navn:</td><td>{p.name}</td></tr><tr><td>Dato:</td><td>{p.stated}</td></tr>"
            f"<tr><td>Besked:</td><td>{p.html}</td></tr></table>"
        ),
    )


def boxed(posts: list[Said], _: Chance) -> str:
    return _all(
        posts,
        lambda p: f"<fieldset><legend>{p.name}, {p.stated}</legend>{p.html}</fieldset>",
    )


def time_first(posts: list[Said], c: Chance) -> str:
    return (
        f"<h3>{c.words[3]}</h3><ul>"
        + _all(
            posts,
            lambda p: (
                f"<li><span class=tid>{p.stated}</span> <strong>{p.name}:</strong> <span>{p.html}</span></li>"
            ),
        )
        + "</ul>"
    )


def trailing(posts: list[Said], _: Chance) -> str:
    return (
        '<ul class="comments-list">'
        + _all(
            posts,
            lambda p: (
                f'<li class="comment" id="comment-{p.nth + 20}"><div class="comment-text"><div class="comment-body">'
                f'<span class="comment-copy">{p.html}</span> – <a href="/users/{p.nth}" class="comment-user">{p.name}</a> '
                f'<span class="comment-date"><a href="{_linked(p, f"comment{p.nth + 20}_1")}"><span title="{p.iso}">{p.stated}'
                "</span></a></span></div></div></li>"
            ),
        )
        + "</ul>"
    )


def bodies(posts: list[Said], c: Chance) -> str:
    """Each post a `<tbody>` of its own, with its time beneath."""
    return (
        "<table width=100%>"
        + _all(
            posts,
            lambda p: (
                f"<tbody><tr><th>{p.name}</th><td>{p.html}</td></tr><tr><td></td><td><small>{p.stated}</small> "
                f"<a href='#'>{c.words[1]}</a></td></tr></tbody>"
            ),
        )
        + "</table>"
    )


def divs_only(posts: list[Said], c: Chance) -> str:
    a, b, d, e = (c.name() for _ in range(4))
    return (
        "<div><div>"
        + _all(
            posts,
            lambda p: (
                f'<div class="{a}"><div class="{b}"></div><div><div><div class="{d}"><div>{p.name}</div></div><div '
                f'class="{e}"><div>{p.html}</div></div></div><div><div>{p.stated}</div><div>{c.words[2]}</div><div>{c.words[0]}'
                "</div></div></div></div>"
            ),
        )
        + "</div></div>"
    )


WAYS: dict[str, Way] = {
    "answering": Way(answering, nested=True), "blog": Way(blog, nested=True), "bodies": Way(bodies, least=2),
    "boxed": Way(boxed, least=2), "bubbles": Way(bubbles, least=3), "built": Way(built, nested=True, least=2),
    "divs_only": Way(divs_only, least=3), "embedded": Way(embedded, nested=True), "epochs": Way(epochs, least=2),
    "follow_ups": Way(follow_ups, nested=True), "guest_rows": Way(guest_rows, least=2),
    "indented": Way(indented, nested=True, least=2), "labelled": Way(labelled, least=2),
    "message_cells": Way(message_cells), "nested_lists": Way(nested_lists, nested=True, least=2),
    "own_elements": Way(own_elements, least=2), "plain_mobile": Way(plain_mobile, least=2),
    "profile_beside": Way(profile_beside), "reviews": Way(reviews, least=2), "ruled": Way(ruled, least=2),
    "scrambled": Way(scrambled, least=2), "signed": Way(signed, least=3), "spaced": Way(spaced, nested=True, least=2),
    "spans": Way(spans), "subjects": Way(subjects, least=2), "table_each": Way(table_each, least=2),
    "table_rows": Way(table_rows, least=2), "terms": Way(terms, least=2),
    "threads_apart": Way(threads_apart, nested=True, least=2), "time_first": Way(time_first, least=2),
    "timeless": Way(timeless, least=2), "trailing": Way(trailing, least=2), "triples": Way(triples, least=2),
    "voted": Way(voted, nested=True), "wrote": Way(wrote, least=2),
}  # fmt: skip
