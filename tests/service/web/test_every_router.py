"""The order of the routers: it may follow what is asked for most, since it decides nothing."""

from __future__ import annotations

from itertools import combinations

from fastapi import APIRouter
from fastapi.routing import APIRoute

from service.web.routes import OFTEN, every_router


def _shapes(router: APIRouter) -> set[tuple[str, tuple[str, ...]]]:
    return {
        (method, tuple(route.path.strip("/").split("/")))
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def _one_answers_both(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) == len(other) and all(
        mine == theirs or "{" in (mine[:1], theirs[:1])
        for mine, theirs in zip(one, other, strict=True)
    )


def test_no_request_could_be_answered_by_two_routers() -> None:
    shapes = [_shapes(router) for router in every_router()]

    assert len(shapes) > len(OFTEN)
    for some, others in combinations(shapes, 2):
        for method, path in some:
            assert ":path" not in "/".join(path)
            assert not [
                other for how, other in others if how == method and _one_answers_both(path, other)
            ]
