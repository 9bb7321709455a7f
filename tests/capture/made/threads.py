# ruff: noqa: E501  # markup stands in lines as long as on the pages it is like
"""The ways in which comment systems, forums and guest books write a thread down, made by hand.

None is a copy of a system's own pages: each has the habits that kind of page has. None says by
meaning (roles, schema.org, microformats, `<article>`) what a post is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.capture.made.forums import (
    built,
    guest_rows,
    indented,
    message_cells,
    nested_lists,
    profile_beside,
    ruled,
    scrambled,
    spaced,
    spans,
    table_each,
    table_rows,
    terms,
    wrote,
)
from tests.capture.made.people import Chance, Said, each, in_order, linked


@dataclass(frozen=True)
class Way:
    """How a page writes its posts: nested within each other, with links to each, with times."""

    write: Callable[[list[Said], Chance], str]
    nested: bool = False
    least: int = 1


def timeless(posts: list[Said], c: Chance) -> str:
    for post in posts:
        post.told_time = False
    return f"<h2>{c.words[3]}</h2>" + each(
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
    return each(every, one)


def blog(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        inner = f'<ul class="children">{each(p.replies, one)}</ul>' if p.replies else ""
        return (
            f'<li class="comment depth-1" id="comment-{p.nth + 7}"><div id="div-comment-{p.nth + 7}" '
            f'class="comment-body"><div class="comment-author vcard"><img class="avatar" width=32 height=32 '
            f'alt=""><cite>{p.name}</cite> <span class="says">siger:</span></div><div class="comment-meta"><a '
            f'href="{linked(p, f"comment-{p.nth + 7}")}">{p.stated}</a></div><p>{p.html}</p><div class="reply">'
            f'<a href="?replytocom={p.nth}#respond">{c.words[0]}</a></div></div>{inner}</li>'
        )

    return f'<ol class="commentlist">{each(posts, one)}</ol>'


def embedded(posts: list[Said], c: Chance) -> str:
    def one(p: Said) -> str:
        return (
            f'<li class="post" id="post-{p.nth + 300}"><div data-role="post-content" class="post-content">'
            f'<div class="avatar hovercard"><a href="/by/u{p.nth}/"><img width=36 height=36 alt=""></a></div>'
            f'<div class="post-body"><header><span class="post-byline"><span class="author"><a href="/by/u{p.nth}/">'
            f'{p.name}</a></span></span><span class="post-meta"><a href="{linked(p, f"comment-{p.nth + 300}")}" '
            f'class="time-ago" title="{p.iso}">{p.stated}</a></span></header><div class="post-message"><p>'
            f'{p.html}</p></div><footer><a href="#">▲ {p.nth}</a><a href="#">▼</a><a href="#">{c.words[0]}</a>'
            f'</footer></div></div><ul class="children">{each(p.replies, one)}</ul></li>'
        )

    return f'<ul id="post-list" class="post-list">{each(posts, one)}</ul>'


def triples(posts: list[Said], c: Chance) -> str:
    return (
        f"<h2>{c.words[3]}</h2><div class=liste>"
        + each(
            posts,
            lambda p: f'<h4>{p.name}</h4><div class="dato">{p.stated}</div><p>{p.html}</p>',
        )
        + "</div>"
    )


def signed(posts: list[Said], _: Chance) -> str:
    return (
        "<h2>Læserbreve</h2><div>"
        + each(
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
            f'<ul class="flat-list"><li><a href="{linked(p, f"/r/x/{p.nth}")}" class="bylink">permalink</a></li><li>'
            f'<a href="#">{c.words[0]}</a></li></ul></div><div class="child">{each(p.replies, one)}</div></div>'
        )

    return each(posts, one)


def own_elements(posts: list[Said], c: Chance) -> str:
    return (
        "<x-comments style='display:block'>"
        + each(
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
            f'class="isso-permalink" href="{linked(p, f"isso-{p.nth + 1}")}"><time title="x" datetime="{p.iso}">'
            f'{p.stated}</time></a></div><div class="isso-text"><p>{p.html}</p></div><div class="isso-comment-footer">'
            f'<a href="#">{c.words[0]}</a></div></div><div class="isso-follow-up">{each(p.replies, one)}</div></div>'
        )

    return f"<h4>{c.words[3]}</h4>" + each(posts, one)


def bubbles(posts: list[Said], _: Chance) -> str:
    return (
        "<div class=chat>"
        + each(
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
        + each(
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
    return "<h2>Anmeldelser</h2>" + each(
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
    return each(
        posts,
        lambda p: (
            f'<div class="traad">{one(p)}<div class="svar" style="margin-left:30px">'
            f"{each(beneath(p), one)}</div></div>"
        ),
    )


def epochs(posts: list[Said], c: Chance) -> str:
    return each(
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
        + each(
            posts,
            lambda p: (
                f'<div class="windowbg"><div class="post_wrapper"><div class="poster"><h4><a href="/profile;u={p.nth}">'
                f"{p.name}</a></h4><ul><li>Newbie</li><li>{c.words[6]}: {p.nth}</li></ul></div><div class='postarea'><div>"
                f'<h5 id="subject_{p.nth}"><a href="{linked(p, f"msg{p.nth}")}">Sv: Cykelsti</a></h5><div class="smalltext">'
                f'« <strong>Svar #{p.nth} : </strong> {p.stated} »</div></div><div class="inner" id="msg{p.nth}">{p.html}'
                "</div></div></div></div>"
            ),
        )
        + "</form>"
    )


def labelled(posts: list[Said], _: Chance) -> str:
    return "<h1>Gæstebog</h1>" + each(
        posts,
        lambda p: (
            f"<table class=g><tr><td>Navn:</td><td>{p.name}</td></tr><tr><td>Dato:</td><td>{p.stated}</td></tr>"
            f"<tr><td>Besked:</td><td>{p.html}</td></tr></table>"
        ),
    )


def boxed(posts: list[Said], _: Chance) -> str:
    return each(
        posts,
        lambda p: f"<fieldset><legend>{p.name}, {p.stated}</legend>{p.html}</fieldset>",
    )


def time_first(posts: list[Said], c: Chance) -> str:
    return (
        f"<h3>{c.words[3]}</h3><ul>"
        + each(
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
        + each(
            posts,
            lambda p: (
                f'<li class="comment" id="comment-{p.nth + 20}"><div class="comment-text"><div class="comment-body">'
                f'<span class="comment-copy">{p.html}</span> – <a href="/users/{p.nth}" class="comment-user">{p.name}</a> '
                f'<span class="comment-date"><a href="{linked(p, f"comment{p.nth + 20}_1")}"><span title="{p.iso}">{p.stated}'
                "</span></a></span></div></div></li>"
            ),
        )
        + "</ul>"
    )


def bodies(posts: list[Said], c: Chance) -> str:
    """Each post a `<tbody>` of its own, with its time beneath."""
    return (
        "<table width=100%>"
        + each(
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
        + each(
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
