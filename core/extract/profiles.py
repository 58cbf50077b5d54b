"""Does a norm bind a firm of this kind? Nothing is hidden by the answer, only marked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import BadInput
from core.extract.phrases import plain, said
from core.extract.terms import general_terms, lookup
from core.language.tokens import tokens
from core.settings import lexicon
from core.types import Applies, Bearer, BearerKind, Modality, Obligation

# What follows one of these only narrows the noun before it: "service providers | to financial entities".
NARROWING = re.compile(
    r"\s(?:of|to|for|with|in|from|by|on|under|which|that|who|whose|referred|within|subject|representing|established|providing)\s"
)
# "the controller and, where applicable, the controller's representative": each is asked about by itself.
COORDINATED = re.compile(r",? (?:and|or)(?:, [a-z ]{1,30},)? (?:the )?|, (?:the )?")
# What a right is had towards: "from the controller", "against the issuer", "lodge it with the authority".
TOWARDS = frozenset({"from", "against", "by", "with"})
OTHERS = {
    "authority": "binds authorities",
    "eu_body": "binds bodies of the Union",
    "member_state": "binds Member States",
}


ANSWERS = ("yes", "unclear", "no")
NOT_CHOSEN = Applies("unclear", "No firm profile is chosen.")


@dataclass(frozen=True, slots=True)
class Norm:
    """What the answer depends on of a norm; `text` is its lead-in and its quote, which only a right needs."""

    bearer: Bearer
    modality: Modality
    text: str = ""


class Source(Protocol):
    """What it depends on of the document."""

    @property
    def type(self) -> str: ...
    @property
    def applies_to(self) -> tuple[str, ...]: ...


def names() -> dict[str, str]:
    """Profile key → its name on screens."""
    return {key: str(profile["name"]) for key, profile in lexicon("profiles")["profile"].items()}


def known(profile: str) -> Mapping[str, Any]:
    profiles = lexicon("profiles")["profile"]
    if profile not in profiles:
        raise BadInput(f"There is no profile {profile!r}; choose one of: {', '.join(sorted(profiles))}.")
    return {"key": profile, "also": (), "maybe": (), "covered_by": (), "never": (), **profiles[profile]}


def kinds(given: str) -> tuple[str, ...]:
    """Profile keys from "payment-institution, data-controller"; BadInput names those that exist."""
    found = tuple(dict.fromkeys(filter(None, map(str.strip, given.split(",")))))
    for kind in found:
        known(kind)
    return found


def applies(obligation: Obligation, document: Source, profile: str | Sequence[str]) -> Applies:
    """Yes, no or unclear, with the words that decided. Without a profile every answer is unclear."""
    return binds(norm_of(obligation), document, kinds(profile) if isinstance(profile, str) else profile)


def norm_of(obligation: Obligation) -> Norm:
    draft = obligation.draft
    text = f"{draft.lead_in.text if draft.lead_in else ''} {draft.quote.text}"
    return Norm(draft.bearer, draft.modality, " ".join(text.split()))


def binds(norm: Norm, document: Source, profiles: Sequence[str]) -> Applies:
    """As `applies`. A firm may be several things at once: what binds it as one of them binds it."""
    if not profiles:
        return NOT_CHOSEN
    answers = [_binds(norm, document, known(profile)) for profile in profiles]
    return min(answers, key=lambda answer: ANSWERS.index(answer.answer))


def _binds(norm: Norm, document: Source, chosen: Mapping[str, Any]) -> Applies:
    bearer = norm.bearer
    if document.type == "policy" and bearer.kind in ("regulated", "person", "unspecified"):
        return Applies("yes", "The firm's own policy binds its people.")
    if bearer.kind in OTHERS:
        return Applies("no", f"It {OTHERS[bearer.kind]} (“{' '.join(bearer.text.split())}”).")
    if not bearer.text.strip():
        return Applies("unclear", "The sentence does not say who must act.")
    if is_owed(norm):
        return owed(norm, document, chosen)
    return answered(bearer, document, chosen)


def is_owed(norm: Norm) -> bool:
    """A person's right: whom it binds stands in its words, not in its bearer."""
    return norm.modality == "right" and norm.bearer.kind == "person"


def answered(bearer: Bearer, document: Source, chosen: Mapping[str, Any]) -> Applies:
    """What a bearer, coordinated or not, is to the chosen profile."""
    head = NARROWING.split(bearer.text, maxsplit=1)[0]
    parts = [part for part in COORDINATED.split(head) if part.strip()]
    answers = [judged(part, bearer, document, chosen) for part in parts or [bearer.text]]
    return min(answers, key=lambda answer: ANSWERS.index(answer.answer))


def owed(norm: Norm, document: Source, chosen: Mapping[str, Any]) -> Applies:
    """A person's right binds whom it names: "obtain from the controller", "a claim against the issuer"."""
    debtors = debtors_in(norm.text)
    firms = [Bearer(name, "regulated") for name, kind in debtors if kind == "regulated"]
    answers = [answered(firm, document, chosen) for firm in firms]
    for firm, answer in zip(firms, answers, strict=True):
        if answer.answer == "yes":
            return Applies("yes", f"It is a right that “{firm.text}” owes. {answer.reason}")
    if answers:
        return answers[0]
    if debtors:
        return Applies("no", "It is a right towards authorities.")
    return Applies("unclear", f"It gives “{norm.bearer.text}” a right; the sentence does not say who owes it.")


def debtors_in(text: str) -> list[tuple[str, BearerKind]]:
    """The known parties right behind "from", "against", "by", "with", with their kinds; persons are left out."""
    words, terms, found = tokens(text), general_terms(), list[tuple[str, BearerKind]]()
    for index, word in enumerate(words):
        if word.low not in TOWARDS:
            continue
        at = next((i for i in range(index + 1, len(words)) if words[i].kind != "det"), len(words))
        # "a competent supervisory authority": a word may describe the party.
        for start in range(at, min(at + 2, len(words))):
            known = lookup(words, start, len(words), terms)
            if known and known[1] not in (None, "person"):
                found.append((text[words[start].start : words[known[0] - 1].end], known[1]))
                break
    return found


def judged(part: str, bearer: Bearer, document: Source, chosen: Mapping[str, Any]) -> Applies:
    """One bearer of a coordination ("controller or processor"): what it is to the chosen profile."""
    general = lexicon("profiles")["general"]
    name, quoted = article(chosen["name"]), f"“{' '.join(part.split())}”"
    head, whole = plain(part), plain(bearer.text)
    if said(chosen["never"], head):
        return Applies("no", f"{capital(name)} is none of the {quoted}.")
    if said(chosen["is"], head) or said([phrase for phrase in chosen["is"] if " of " in phrase], whole):
        return Applies("yes", f"{quoted} names {name}.")
    if said(chosen["also"], head):
        return Applies("yes", f"{capital(name)} also acts as {quoted}.")
    if said(chosen["maybe"], head):
        return Applies("unclear", f"{capital(name)} may also act as {quoted}.")
    if said([*others(chosen), *general["other_firms"]], head):
        return Applies("no", f"{quoted} is another kind of firm.")
    if said(chosen["covered_by"], head):
        return by_scope(quoted, document, chosen)
    if bearer.kind == "person":
        return Applies("no", f"It binds persons and not firms ({quoted}).")
    if said(general["organs"], head):
        return by_organ(quoted, whole, chosen)
    return Applies("unclear", f"{quoted} may or may not include {name}.")


def by_scope(quoted: str, document: Source, chosen: Mapping[str, Any]) -> Applies:
    """A general bearer ("financial entities") is the firm unless the document lists those it applies to without it."""
    name, subjects = article(chosen["name"]), plain(*document.applies_to)
    if said(chosen["is"], subjects):
        return Applies("yes", f"{quoted} includes {name}: the document names it among those it applies to.")
    if said([*others(chosen), *lexicon("profiles")["general"]["other_firms"]], subjects):
        return Applies("no", f"The document names those it applies to, and {name} is not among them.")
    return Applies("yes", f"{capital(name)} is one of the {quoted}.")


def by_organ(quoted: str, whole: str, chosen: Mapping[str, Any]) -> Applies:
    """An organ or officer ("management body of the financial entity") binds the firm that it belongs to."""
    if said([*chosen["is"], *chosen["covered_by"]], whole):
        return Applies("yes", f"{quoted} is part of {article(chosen['name'])}.")
    return Applies("unclear", f"{quoted} is part of a firm; of which one the words alone do not say.")


def others(chosen: Mapping[str, Any]) -> list[str]:
    """What the other profiles are called by, and this one is not."""
    own = {*chosen["is"], *chosen["also"], *chosen["maybe"]}
    rest = (other for key, other in lexicon("profiles")["profile"].items() if key != chosen["key"])
    return [phrase for other in rest for phrase in other["is"] if phrase not in own]


def article(name: str) -> str:
    """As in "Investment firm" → "an investment firm"; abbreviations keep their capitals."""
    words = name if name[:2].isupper() else name[:1].lower() + name[1:]
    return f"{'an' if words[:1].lower() in 'aeio' else 'a'} {words}"


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
