"""Skriv opslaget af: a post that no capture of ours can see, typed from a screenshot."""

from dataclasses import dataclass, field

from service.web.views.frame import CaseLink, FormState


@dataclass(frozen=True, slots=True)
class TypedPostView:
    """`typed_post.html`.

    Attributes:
        address: Of the page that could not be captured; empty where it is typed too.
        visit_id: The visit that failed, or None where none could reach the page.
        case: The case of that visit, where this person may see it.
        cases: What the form offers where there is no visit.
        chosen_case: The number of the one that is chosen.
        most_bytes: How large the picture may be.
        back: Where it was asked for.
        form: What was typed, after a refusal.
    """

    address: str
    most_bytes: int
    visit_id: str | None = None
    case: CaseLink | None = None
    cases: tuple[CaseLink, ...] = ()
    chosen_case: str | None = None
    back: str = "/capture"
    form: FormState = field(default_factory=FormState)
