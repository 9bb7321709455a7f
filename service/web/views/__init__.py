"""What each screen shows, as frozen values: the contract between routes and templates.

A route asks casework for what this person may see, fills one of these views and answers
`templates.response(request, "case.html", {"frame": frame, "view": view})`. Templates read nothing
else.

Rules that hold for every view:

- Moments are aware UTC; templates turn them into Copenhagen words against `frame.now`.
- Enumerations carry keys, never words; the words live in the templates' catalogues. Text that a
  municipality writes itself (titles of steps, page rules, names) is passed as it stands.
- Hidden content (the text or the picture of evidence) is *not* in a view. Revealing is
  `POST …/viewing`, which after its ledger entry answers with `views.evidence.RevealedText` or
  `RevealedPicture` in a partial (htmx) or as a page (without JavaScript).
- A list that is cut says so with its own `more` or `left_out`, never silently.
- `url` fields are paths on this host and are made by the route.

Paths that the templates post to (every form also carries `csrf_token` when `frame.csrf` is set):

=====================================  ==========================================================
path                                   fields
=====================================  ==========================================================
POST /language                         language (da, nb, en), next (a path of ours)
POST /sign-in                          email, password, next
POST /sign-out
POST /hand-in                          files (1-50), note, source_url, case, seen_at (local
                                       Copenhagen time as `datetime-local` gives it);
                                       303 to the receipt, or 201 JSON of DESIGN §5 with
                                       `receipt` (path) where `Accept: application/json`
POST /evidence/{id}/viewing            part (text, picture, media)
POST /evidence/{id}/check              (check this piece now)
POST /posts/{id}/viewing               part (text, picture)
POST /posts/{id}/decision              decision, clause, reason
POST /posts/{id}/approval              answer (approve, refuse), reason
POST {card.screenshot_url}             file (a screenshot where our own capture failed)
POST /cases/{number}/steps/{step}      outcome (done, not_relevant, waived), reason, field-{name}
POST /cases/{number}/close             summary
POST /cases/{number}/bundle            recipient_kind, recipient, purpose, chosen (ids), variant
                                       (whole, redacted), part_mib (0 is one file)
POST /cases/{number}/circle            whom (id:role), why, last_day
POST /cases/{number}/circle/removal    person (id), why
POST /cases/{number}/glass             why, evidence (id, to come back to)
POST /triage/{id}                      answer (new_case, join_case, not_ours), case, harassed, unit
POST /my-case/{number}/wish            wish
POST /my-case/{number}/more            text
POST /capture                          address, case
POST /search/{id}/viewing              q, search (the page's own query, to come back to)
POST /operations/verify
POST /operations/test-mail
=====================================  ==========================================================
"""
