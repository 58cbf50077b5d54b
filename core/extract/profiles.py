"""Does a norm bind a firm of this kind? Nothing is hidden by the answer, only marked."""

import re
from collections.abc import Mapping
from typing import Any

from core.errors import BadInput
from core.extract.phrases import plain, said
from core.settings import lexicon
from core.types import Applies, Document, Obligation

# What follows one of these only narrows the noun before it: "service providers | to financial entities".
NARROWING = re.compile(r"\s(?:of|to|for|with|in|from|by|on|under|which|that|who|whose|referred|within|subject)\s")
OTHERS = {
    "authority": "binds authorities",
    "eu_body": "binds bodies of the Union",
    "member_state": "binds Member States",
}


def names() -> dict[str, str]:
    """Profile key → its name on screens."""
    return {key: str(profile["name"]) for key, profile in lexicon("profiles")["profile"].items()}


def known(profile: str) -> Mapping[str, Any]:
    profiles = lexicon("profiles")["profile"]
    if profile not in profiles:
        raise BadInput(f"There is no profile {profile!r}; choose one of: {', '.join(sorted(profiles))}.")
    found: Mapping[str, Any] = profiles[profile]
    return found


def applies(obligation: Obligation, document: Document, profile: str) -> Applies:
    """Yes, no or unclear, with the words that decided. Without a profile every answer is unclear."""
    if not profile:
        return Applies("unclear", "No firm profile is chosen.")
    chosen, bearer = known(profile), obligation.draft.bearer
    if bearer.kind in OTHERS:
        return Applies("no", f"It {OTHERS[bearer.kind]} (“{bearer.text}”).")
    if not bearer.text.strip():
        return Applies("unclear", "The sentence does not say who must act.")
    head = plain(NARROWING.split(bearer.text, maxsplit=1)[0])
    whole = [phrase for phrase in chosen["is"] if " of " in phrase]
    if words := said(chosen["is"], head) or said(whole, plain(bearer.text)):
        return Applies("yes", f"“{bearer.text}” names a {chosen['name'].lower()} (“{words}”).")
    if words := said(lexicon("profiles")["general"]["phrases"], head):
        return by_scope(words, document, chosen)
    if words := said(chosen.get("maybe", ()), head):
        return Applies("unclear", f"A {chosen['name'].lower()} can be “{words}” too.")
    if bearer.kind == "person":
        return Applies("no", f"It binds private persons (“{bearer.text}”).")
    if words := said(others(profile), head):
        return Applies("no", f"“{bearer.text}” is another kind of firm.")
    return Applies("unclear", f"“{bearer.text}” is not a bearer that this profile knows.")


def by_scope(words: str, document: Document, chosen: Mapping[str, Any]) -> Applies:
    """A general bearer ("financial entities") is the firm where the document says that it applies to such firms."""
    subjects = plain(*document.applies_to)
    if said(chosen["is"], subjects):
        return Applies("yes", f"“{words}” here includes a {chosen['name'].lower()}: the document says that it applies.")
    if document.applies_to and words in chosen.get("covered_by", ()):
        return Applies("no", f"The document does not list a {chosen['name'].lower()} among those it applies to.")
    if words in chosen.get("covered_by", ()):
        return Applies("yes", f"A {chosen['name'].lower()} is one of the “{words}”.")
    return Applies("unclear", f"“{words}” may or may not include a {chosen['name'].lower()}.")


def others(profile: str) -> list[str]:
    """What the other profiles are called by."""
    profiles = lexicon("profiles")["profile"]
    return [phrase for key, other in profiles.items() if key != profile for phrase in other["is"]]
