"""Pages out of templates: languages, filters, and the headers that a page of ours must carry.

Routes call `templates.response(request, "case.html", {"frame": frame, "view": view})`. Each
language has its own Jinja environment, because gettext is bound to an environment; a process
compiles each template once. `StrictUndefined` turns a forgotten value into an error instead of
an empty gap.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from service.web import catalogues
from service.web.folding import MODULES, Folding, shown
from service.web.marking import marked
from service.web.views.case import ClockView
from service.web.views.frame import CaseLink, Frame, Place
from service.web.words import Words, short_digest

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "templates"
STATIC: Final = HERE / "static"
LANGUAGES: Final = ("da", "nb", "en")
NONE: Final = "'none'"

PATHS: Final[Mapping[Place, str]] = MappingProxyType(
    {
        Place.TODAY: "/",
        Place.MY_CASE: "/my-case",
        Place.HAND_IN: "/hand-in",
        Place.QUEUE: "/queue",
        Place.TRIAGE: "/triage",
        Place.CASES: "/cases",
        Place.SAFETY: "/safety",
        Place.EVIDENCE: "/evidence",
        Place.SEARCH: "/search",
        Place.CAPTURE: "/capture",
        Place.OPERATIONS: "/operations",
        Place.ORGANISATION: "/organisation",
        Place.ROSTER: "/roster",
        Place.RIGHTS: "/rights",
    }
)


def front_end_mounts(node_modules: Path) -> dict[str, Path]:
    """Return what is served below `/static`: mount path to folder, longest path first."""
    return {
        "/static/dkfds": node_modules / "dkfds" / "dist",
        "/static/htmx": node_modules / "htmx.org" / "dist",
        "/static": STATIC,
    }


def choose_language(chosen: str | None, accept_language: str | None) -> str:
    """Return the person's own choice, else the browser's first that we speak, else Danish."""
    if chosen in LANGUAGES:
        return str(chosen)
    for wish in (accept_language or "").split(","):
        code = wish.split(";")[0].strip().lower().split("-")[0]
        # Browsers say "no" or "nn" where bokmål is the nearest that we speak.
        code = {"no": "nb", "nn": "nb"}.get(code, code)
        if code in LANGUAGES:
            return code
    return "da"


def wants_partial(request: Request) -> bool:
    """Return whether htmx asks, so that a partial is the answer instead of a page."""
    return request.headers.get("HX-Request") == "true"


def content_security_policy(
    nonce: str, evidence_origin: str | None, *, worker: bool = False
) -> str:
    """Return the policy of a page: nothing inline, nothing from elsewhere but evidence pictures.

    Scripts need the page's nonce rather than `'self'`: originals of evidence are served from
    this host too, and none of them may ever be started as a script. With `worker` the page may
    start its one service worker, whose address only the policy `vaern-worker` names.
    """
    pictures = f"'self' {evidence_origin}" if evidence_origin else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self'",
            f"img-src {pictures}",
            f"media-src {evidence_origin or NONE}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            *(
                ("trusted-types htmx vaern-worker", "worker-src 'self'")
                if worker
                else ("trusted-types htmx",)
            ),
        )
    )


class Templates:
    """The templates in every language.

    Args:
        evidence_url: `VAERN_EVIDENCE_URL`; its origin is the only other host for pictures.
    """

    def __init__(self, evidence_url: str | None = None) -> None:
        self.evidence_origin = _origin(evidence_url)

    def render(self, name: str, context: Mapping[str, Any], nonce: str) -> str:
        """Return the template as text; `context["frame"]` says language and moment."""
        frame: Frame = context["frame"]
        template = environment_of(frame.language).get_template(name)
        return template.render({**context, "nonce": nonce, MODULES: {}})

    def gettext(self, language: str) -> Callable[[str], str]:
        """Return the look-up for words that a route puts into a view itself (`_ = …`)."""
        found: Callable[[str], str] = catalogues.load(language).gettext
        return found

    def response(
        self,
        request: Request,
        name: str,
        context: Mapping[str, Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        worker: bool = False,
    ) -> HTMLResponse:
        """Return the answer with its policy; nothing of it is kept by a browser or proxy."""
        nonce = secrets.token_urlsafe(18)
        return HTMLResponse(
            self.render(name, {**context, "partial": wants_partial(request)}, nonce),
            status_code=status_code,
            headers={
                **(headers or {}),
                "Content-Security-Policy": content_security_policy(
                    nonce, self.evidence_origin, worker=worker
                ),
                "Cache-Control": "no-store",
                "Content-Language": context["frame"].language,
                "Referrer-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )


def _origin(url: str | None) -> str | None:
    """Return scheme, host and port of an address."""
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@cache
def environment_of(language: str) -> Environment:
    """Return the process's environment of one language with its catalogue and filters."""
    environment = Folding(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        # A page is made of one release: templates that change under a running service would
        # meet code that does not know them.
        auto_reload=False,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = catalogues.load(language)
    environment.look_up = catalogue.gettext
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # the i18n extension adds it
        catalogue, newstyle=True
    )
    words = _words(language, catalogue)
    environment.globals.update(PATHS=PATHS, LANGUAGES=LANGUAGES, Place=Place)
    environment.filters.update(
        when=_when_filter(words),
        day=_day_filter(words),
        exact=words.exact,
        clock=words.clock,
        until=_until_filter(words),
        size=words.size,
        number=words.number,
        digest=short_digest,
        numeric_day=words.numeric_day,
        share=pass_context(_share),
        case_choices=_case_choices,
        number_of_step=_number_of_step,
        marked=marked,
    )
    return environment


def _words(language: str, catalogue: NullTranslations | Translations) -> Words:
    """Return the words of a language out of its catalogue."""
    return Words(language, catalogue.gettext, catalogue.ngettext)


def _time_element(moment: datetime | date, exact: str, words: str) -> Markup:
    """Return `<time>` with the exact moment on hover; in print the style sheet swaps the two."""
    when = f'<time datetime="{moment.isoformat()}" title="{shown(exact)}">'
    return Markup(f"{when}<span>{shown(words)}</span></time>")  # noqa: S704 — each value is shown


def _when_filter(words: Words) -> Any:
    @pass_context
    def when(context: Context, moment: datetime) -> Markup:
        said = words.moment(moment, context["frame"].now)
        return _time_element(moment, words.exact(moment), said)

    return when


def _day_filter(words: Words) -> Any:
    @pass_context
    def day(context: Context, moment: datetime | date) -> Markup:
        exact = words.exact(moment) if isinstance(moment, datetime) else moment.isoformat()
        return _time_element(moment, exact, words.day(moment, context["frame"].now))

    return day


def _share(context: Context, clock: ClockView) -> int:
    """Return how many thousandths of a clock's time have gone; 0 before it has begun."""
    if clock.started_at is None or clock.due is None or clock.due <= clock.started_at:
        return 0
    gone: float = (context["frame"].now - clock.started_at) / (clock.due - clock.started_at)
    return int(1000 * min(1.0, max(0.0, gone)))


def _case_choices(cases: Iterable[CaseLink]) -> list[tuple[str, str]]:
    """Return cases as the choices of a field: value and word are both the number."""
    return [(case.number, case.number) for case in cases]


def _number_of_step(step: str) -> str:
    """Return the number of a step that is named by number and title ("12.3 Slettes det?")."""
    return step.split(" ", 1)[0]


def _until_filter(words: Words) -> Any:
    @pass_context
    def until(context: Context, due: datetime) -> str:
        return words.until(due, context["frame"].now)

    return until
