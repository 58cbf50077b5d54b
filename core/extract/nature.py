"""What a whole provision is: law of its own, or a recital, a definition, wording of another act."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from core.language.patterns import spaced
from core.language.sentences import sentences
from core.types import Draft, Passage, Provision, Statement

# What a reader would take for a mark; a sentence with one ends as a norm or as a statement with its reason.
COMMAND = re.compile(
    r"\b(?:[Ss]hall|SHALL|[Mm]ust|MUST|[Mm]ay|MAY|[Cc]annot|duty\s{1,8}of"
    r"|(?:is|are|be|was|were)\s{1,8}(?:not\s{1,8})?(?:required|obliged|obligated|prohibited|forbidden|permitted|allowed"
    r"|entitled|empowered|responsible)|ha(?:s|ve)\s{1,8}(?:to|the\s{1,8}right)"
    r"|(?:[Aa]grees?|[Uu]ndertakes?|[Cc]ovenants?)\s{1,8}to)\b"
)
# In a text of expectations "should" stands so often, and so many times for each "shall" or "must".
EXPECTING = re.compile(r"\b(?:should|shall|must)\b", re.IGNORECASE)
FEWEST_EXPECTED = 5
EXPECTED_TO_COMMANDED = 2
DEFINITION_HEADING = re.compile(r"\b(?:definitions?|interpretation|defined terms|glossary)\b", re.IGNORECASE)
DEFINITION_LEAD = spaced(
    r"\bdefinitions?\b[^.]{0,60}\bappl|\bfollowing meanings?\b|\bmeanings? (?:set out|given|assigned)\b"
)
DEFINED_TERM = re.compile(
    r"\s{0,8}(?:(?:(?:The|An?)\s(?:term|expression|word)\s|In\sthis\s[A-Za-z]{2,20},?\s)?"
    r"[‘“\"'][^’”\"']{2,80}[’”\"'][^.;]{0,60}\b(?:means?|includes?)\b|(?:The term )?[A-Z][\w‐‑' -]{2,60}?\smeans?\s)"
)
AMENDMENT_HEADING = re.compile(r"\bamendments?\s(?:to|of)\b|\bamending\b", re.IGNORECASE)
AMENDMENT_LEAD = spaced(r"\b(?:is|are|shall be) (?:hereby )?(?:amended|replaced|inserted|added|deleted)\b")
REASONS = {
    "recital": "A recital explains; it binds nobody.",
    "amendment": "It is wording of another act, which this act amends.",
    "definition": "A definition says what a term means; it commands nobody.",
    "condition": "It is a condition of the rule in its lead-in.",
    "lead-in": "It leads into lists of lists; the norms stand with the items, which have their own lead-ins.",
    "not a mark": "The word is no finite verb of a rule here.",
}


def expects(provisions: Sequence[Provision]) -> bool:
    """Whether a text says "should" of what it expects, as guidelines and supervisory letters do, recitals aside.

    Elsewhere "should" recommends beside "shall" or "must"; there it is all but alone.
    """
    said: Counter[str] = Counter()
    for provision in provisions:
        if not _explains(provision):
            said.update(word.lower() for word in EXPECTING.findall(provision.text))
    return said["should"] >= max(FEWEST_EXPECTED, EXPECTED_TO_COMMANDED * (said["shall"] + said["must"]))


def no_norms(provision: Provision, by_id: Mapping[str, Provision]) -> str:
    """Why a whole provision commands nobody: recital, amendment or definition; "" when it may."""
    if _explains(provision):
        return "recital"
    if _amends(provision, by_id):
        return "amendment"
    return "definition" if _defines(provision, by_id) else ""


def _explains(provision: Provision) -> bool:
    return provision.kind in ("recital", "preamble", "note") or provision.path.startswith("Recital ")


def noted(provision: Provision, kind: str) -> list[Draft | Statement]:
    """The sentences of such a provision that a reader would take for norms, with the reason why they are none."""
    found: list[Draft | Statement] = []
    for start, end in sentences(provision.text):
        text = provision.text[start:end]
        if COMMAND.search(text):
            found.append(Statement(provision, Passage(text, provision.span.start + start), kind, REASONS[kind]))
    return found


def _amends(provision: Provision, by_id: Mapping[str, Provision]) -> bool:
    """Wording of another act: quoted, or under an instruction such as "Article 5 is replaced by the following:"."""
    text = provision.text.lstrip()
    if AMENDMENT_LEAD.search(text) and (text.rstrip().endswith((":", "’", "”", "’.", "’;", "”.", "”;")) or "‘" in text):
        return True
    if text[:1] in '‘“"' and not DEFINED_TERM.match(text) and AMENDMENT_HEADING.search(provision.heading):
        return True
    parent = by_id.get(provision.parent or "")
    while parent is not None:
        if AMENDMENT_LEAD.search(parent.text) and parent.text.rstrip().endswith(":"):
            return True
        parent = by_id.get(parent.parent or "")
    return False


def _defines(provision: Provision, by_id: Mapping[str, Provision]) -> bool:
    """A point of a definitions article, or of a list under "the following definitions apply"."""
    if DEFINED_TERM.match(provision.text):
        return True
    if DEFINITION_HEADING.search(provision.heading) and provision.kind == "table_row":
        return True
    parent = by_id.get(provision.parent or "") if provision.kind == "point" else None
    while parent is not None:
        if DEFINITION_LEAD.search(parent.text) or DEFINED_TERM.match(parent.text):
            return True
        parent = by_id.get(parent.parent or "") if parent.kind == "point" else None
    return False
