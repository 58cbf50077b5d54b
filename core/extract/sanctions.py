"""Which provisions a document threatens with a fine or penalty, and where it says so."""

import re
from collections.abc import Mapping, Sequence

from core.language.references import Places, references
from core.language.sentences import sentences
from core.types import Passage, Provision, Reference

# "Infringements of the following provisions shall be subject to administrative fines up to …"
BREACH = re.compile(
    r"\b(?:infringe|infringes|infringements?|breach|breaches|violations?|violates?|contravenes?|contraventions?|non-compliance"
    r"|failure\sto\scomply|fails?\sto\scomply)\b",
    re.IGNORECASE,
)
PENALTY = re.compile(
    r"\b(?:fines?|offences?|penalt(?:y|ies)|sanctions?|pecuniary|imprisonment|administrative measures?"
    r"|remedial measures?)\b",
    re.IGNORECASE,
)

# "A person who contravenes subsection (1) commits an offence": what stands right behind the breach is what is broken.
BROKEN = re.compile(rf"{BREACH.pattern}[^.;:]{{0,60}}$", re.IGNORECASE)

Sanctions = Mapping[str, tuple[Reference, ...]]


def sanctions(provisions: Sequence[Provision], children: Mapping[str, Sequence[Provision]], known: Places) -> Sanctions:
    """Article path → the passages that sanction it, each with the path of the provision where it stands.

    Only where the sentence names articles: "penalties for infringements of this Regulation" ties to none of them.
    """
    found: dict[str, list[Reference]] = {}
    for provision in provisions:
        if provision.kind in ("recital", "preamble", "note"):
            continue
        for start, end in sentences(provision.text):
            sentence = provision.text[start:end]
            if not (PENALTY.search(sentence) and BREACH.search(sentence)):
                continue
            passage = Passage(sentence, provision.span.start + start)
            cited = list(references(sentence, provision, known))
            points = children.get(provision.id, ()) if sentence.endswith(":") else ()
            _tie(found, cited, Reference(passage, provision.path), provision)
            for point in points:
                tied = Reference(Passage(sentence, passage.start), point.path)
                _tie(found, list(references(point.text, point, known)), tied, provision)
    return {path: tuple(dict.fromkeys(references)) for path, references in found.items()}


def _tie(found: dict[str, list[Reference]], cited: Sequence[Reference], sanction: Reference, where: Provision) -> None:
    home = article_of(where.path)
    for reference in cited:
        if reference.target and (article_of(reference.target) != home or _broken(reference, sanction)):
            found.setdefault(reference.target, []).append(sanction)


def _broken(reference: Reference, sanction: Reference) -> bool:
    """Whether the sanction names it as what is broken, though it stands in the same article."""
    at, text = reference.passage.start, sanction.passage.text
    if at is None or not text.startswith(reference.passage.text, at):
        return False
    return BROKEN.search(text[max(0, at - 90) : at]) is not None


# "Outsourcing 2.1" and "4.2" stand in chapter 2 and section 4.
RULE_NUMBER = re.compile(r"^(?P<chapter>.*?(?<!\d)\d{1,6})\.\d{1,6}[A-Z]{0,3}$")


def article_of(path: str) -> str:
    """The article that a path stands in; for decimal numbers the chapter."""
    whole = path.split("(", 1)[0].split(",", 1)[0].strip()
    rule = None if whole.startswith("§") else RULE_NUMBER.fullmatch(whole)
    return rule["chapter"] if rule else whole


def sanctions_of(path: str, tied: Sanctions) -> tuple[Reference, ...]:
    """What is tied to a provision itself or to anything it stands in: "Article 5(1)(a)" is hit by "Article 5"."""
    if not tied:
        return ()
    steps = [path]
    whole = path.split(",", 1)[0]
    while True:
        if whole != steps[-1]:
            steps.append(whole)
        if not whole.endswith(")"):
            break
        whole = whole.rsplit("(", 1)[0].strip()
    return tuple(dict.fromkeys(reference for step in steps for reference in tied.get(step, ())))
