"""Every screen with its samples on loopback, with the real headers: for eyes and for the browser.

`python -m tests.service.web.preview` serves them until it is stopped and prints the address.
"""

import dataclasses
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from service.web.rendering import Templates, front_end_mounts, wants_partial
from tests.service.web.on_loopback import on_loopback
from tests.service.web.samples import SAMPLES

ROOT = Path(__file__).parents[3]
TEMPLATES = Templates()
KEYS: list[str] = []
"""The Idempotency-Key of each hand-in, in order."""


def context_of(name: str, language: str) -> tuple[str, dict[str, Any]]:
    template, context = SAMPLES[name]
    frame = dataclasses.replace(context["frame"], language=language)
    return template, {**context, "frame": frame}


def show(request: Request) -> Response:
    """Answer with a sample; a screen that htmx asks for again is answered with itself."""
    name = request.path_params["name"]
    template, context = context_of(name, request.query_params.get("language", "da"))
    phones = template in {"phone.html", "phone_link.html", "phone_sent.html"}
    return TEMPLATES.response(request, template, context, worker=phones)


def worker(_: Request) -> Response:
    """Answer with a service worker that leaves everything as it is."""
    return Response("", media_type="text/javascript")


def reveal(request: Request) -> Response:
    """Answer a viewing as the routes do: a partial to htmx, a page without JavaScript."""
    _, context = context_of("revealed_text", "da")
    target = f"text-{request.path_params['id']}"
    context["revealed"] = dataclasses.replace(context["revealed"], target=target)
    name = "partials/revealed_text.html" if wants_partial(request) else "revealed.html"
    return TEMPLATES.response(request, name, context)


def decide(request: Request) -> Response:
    """Answer a decision as the routes do: the queue with the next post."""
    _, context = context_of("queue_proposal", "da")
    name = "partials/queue.html" if wants_partial(request) else "queue.html"
    return TEMPLATES.response(request, name, context)


def refuse(request: Request) -> Response:
    """Answer as when the right was lost in between."""
    _, context = context_of("error_403", "da")
    return TEMPLATES.response(request, "error.html", context, status_code=403)


def poll(request: Request) -> Response:
    """Answer htmx's next look at a running check or capture: it has ended."""
    if request.path_params["what"] == "verify":
        _, context = context_of("operations_green", "da")
        more, partial = {"progress": context["view"].verify}, "partials/verify_progress.html"
    else:
        _, context = context_of("capture_done", "da")
        more, partial = {"run": context["view"].run}, "partials/capture_progress.html"
    return TEMPLATES.response(request, partial, {**context, **more})


async def hand_in(request: Request) -> Response:
    """Take the files and answer as the routes do: a receipt, as a path or as a redirection."""
    async with request.form() as form:
        files = [one for one in form.getlist("files") if not isinstance(one, str)]
        names = [one.filename for one in files]
    KEYS.append(request.headers.get("Idempotency-Key", ""))
    if "json" not in request.headers["Accept"]:
        return RedirectResponse("/preview/receipt", status_code=303)
    kept = [{"filename": name} for name in names if name != "broken.txt"]
    if len(kept) < len(names):
        return JSONResponse({"code": "no-space", "evidence": kept}, status_code=507)
    return JSONResponse({"evidence": kept, "receipt": "/preview/receipt"}, status_code=201)


def overview(_: Request) -> Response:
    """List the samples."""
    items = "".join(f'<li><a href="/preview/{name}">{name}</a></li>' for name in SAMPLES)
    return HTMLResponse(f"<ul>{items}</ul>")


APPLICATION = Starlette(
    routes=[
        Route("/", overview),
        Route("/preview/{name}", show),
        Route("/evidence/forbidden/viewing", refuse, methods=["POST"]),
        Route("/evidence/{id}/viewing", reveal, methods=["POST"]),
        Route("/posts/{id}/viewing", reveal, methods=["POST"]),
        Route("/posts/{id}/decision", decide, methods=["POST"]),
        Route("/poll/{what}", poll),
        Route("/phone/service-worker.js", worker),
        Route("/hand-in", hand_in, methods=["POST"]),
        *(
            Mount(path, StaticFiles(directory=folder))
            for path, folder in front_end_mounts(ROOT / "node_modules").items()
        ),
    ]
)


def serving() -> AbstractContextManager[str]:
    """Serve the samples on a free port in a thread; yields the address, stops at the end."""
    return on_loopback(APPLICATION)


if __name__ == "__main__":
    with serving() as address:
        print(address)  # noqa: T201 — the whole purpose of starting it by hand
        threading.Event().wait()
