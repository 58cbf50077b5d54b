"""Norms made by hand, for tests of what follows grounding."""

from core.extract.ground import ground
from core.types import Bearer, Deadline, Document, Draft, Obligation, Passage, Provision, Span


def document(text="", **fields) -> Document:
    given = {"title": "An Act", "type": "regulation", "version": "1", "lineage": "act", **fields}
    return Document(id="d", sha256="0" * 64, media_type="text/plain", text=text, **given)


def provision(text, path="Article 1", start=0, kind="article", parent=None, heading="") -> Provision:
    return Provision(path, path, heading, text, Span("d", start, start + len(text)), parent, kind)


def deadline(text, kind="period", iso8601=None, **fields) -> Deadline:
    return Deadline(Passage(text), kind, iso8601, **fields)


def norm(
    quote,
    action="act",
    bearer="operator",
    kind="regulated",
    modality="obligation",
    path="Article 1",
    heading="",
    **fields,
) -> Obligation:
    """A grounded norm that is the whole text of its provision; `fields` are those of Draft."""
    place = provision(quote, path, heading=heading)
    explicit = fields.pop("explicit", True)
    given = {"mark": Passage("shall") if "shall" in quote else None, "rule": "r", "reason": "why", **fields}
    draft = Draft(place, Passage(quote), modality, Bearer(bearer, kind, explicit), action, **given)
    (obligation,) = ground([draft], document(quote), [place]).obligations
    return obligation


def listed(lead_in, *items, path="Article 1", **fields) -> list[Obligation]:
    """The items of one list, each (text, action), grounded under their lead-in."""
    text, places, drafts = lead_in, [provision(lead_in, path, heading=fields.pop("heading", ""))], []
    for number, (item, action) in enumerate(items):
        label = f"{path}({chr(97 + number)})"
        place = provision(item, label, len(text) + 2, "point", path)
        text += "\n\n" + item
        places.append(place)
        bearer = Bearer(fields.get("bearer", "operator"), "regulated", fields.get("explicit", True))
        lead, mark = Passage(lead_in), Passage("shall")
        drafts.append(Draft(place, Passage(item), "obligation", bearer, action, "r", "why", lead_in=lead, mark=mark))
    return list(ground(drafts, document(text), places).obligations)
