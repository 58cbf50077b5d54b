"""The words that make a norm, and what kind: "shall", "may not", "is required to", "agrees to" and their frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from core.extract.bearers import Party
from core.language.clauses import verb_after
from core.language.tokens import Token
from core.language.verbs import base_of_participle, is_base, is_participle
from core.settings import lexicon
from core.types import Modality

MODALS = frozenset({"shall", "must", "may", "will", "should"})
RIGHTS = frozenset({"right", "rights", "entitlement"})
POWERS = frozenset({"power", "powers", "authority", "competence"})
DUTY_NOUNS = frozenset({"duty", "obligation", "responsibility"})


@dataclass(frozen=True, slots=True)
class Mark:
    """Tokens [start, end) are the mark; `verb` the main verb after it; `word` its first word in lower case."""

    start: int
    end: int
    word: str
    verb: int | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sense:
    """What a mark means here. One of `modality` and `statement` is set; `verb` is where the action starts.

    `passive` when the subject is what is acted on, and `state` when it only must be so ("shall be accurate").
    """

    rule: str
    reason: str
    modality: Modality | None = None
    statement: str = ""
    verb: int | None = None
    end: int | None = None
    passive: bool = False
    state: bool = False
    doubt: float = 0.0


@cache
def frames() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(words.split() if "," not in words else (" ".join(w.split()) for w in words.split(",")))
        for name, words in lexicon("marks").items()
    }


def marks(tokens: Sequence[Token]) -> Iterator[Mark]:
    """Every finite verb that may carry a norm, in order."""
    for index, token in enumerate(tokens):
        found: Mark | None = None
        if token.kind == "modal" and token.low in MODALS:
            found = None if _noun_must(tokens, index) else _modal(tokens, index)
        elif token.kind == "be" and token.low in ("is", "are"):
            found = _be_mark(tokens, index)
        elif token.kind == "have" and token.low in ("has", "have"):
            found = _have_mark(tokens, index)
        elif token.low in ("need", "needs") and index and _low(tokens, index + 1) == "to":
            found = _need(tokens, index)
        elif token.low in frames()["promising_verbs"] and index:
            found = _promise(tokens, index)
        if found:
            yield found


def _noun_must(tokens: Sequence[Token], index: int) -> bool:
    """The month of May, and grape must."""
    token = tokens[index]
    if token.low == "may" and token.text[0] == "M" and index and tokens[index - 1].kind != ".":
        following = tokens[index + 1].kind if index + 1 < len(tokens) else "."
        return tokens[index - 1].kind in ("num", "prep") or following == "num"
    return token.low in ("must", "will") and index > 0 and tokens[index - 1].low in ("grape", "a", "the", "at", "of")


def _modal(tokens: Sequence[Token], index: int) -> Mark:
    end, negated = index + 1, False
    for ahead in range(index + 1, min(index + 5, len(tokens))):
        token = tokens[ahead]
        if token.kind == "not" or (token.low == "no" and _low(tokens, ahead + 1) == "longer") or token.low == "neither":
            negated, end = True, ahead + (2 if token.low == "no" else 1)
            break
        if token.kind != "adv":
            break
    if not negated and _low(tokens, end) == "only":
        end += 1
    verb = verb_after(tokens, end, len(tokens))
    negated |= verb is not None and tokens[verb - 1].low == "neither"
    return Mark(index, end, tokens[index].low, verb, negated)


def _be_mark(tokens: Sequence[Token], index: int) -> Mark | None:
    """ "is required to", "are to be kept", "is prohibited", "is responsible for ensuring"."""
    if index and tokens[index - 1].low == "it" and _low(tokens, index + 1) == "the":
        return Mark(index, index + 1, "is", index) if _low(tokens, index + 2) in DUTY_NOUNS else None
    at, negated = _past(tokens, index + 1)
    low, after = _low(tokens, at), _low(tokens, at + 1)
    words = frames()
    if index and tokens[index - 1].low == "it" and _unlawful(low, after) and not negated:
        return Mark(index, at + 1, "is", index)
    if low == "to" and (is_base(after) or after in ("be", "have")):
        return Mark(index, at + 1, "is to", at + 1, negated)
    framed = (
        (
            low in words["duty_frames"] | words["leave_frames"] | words["right_frames"] | words["power_frames"]
            and after == "to"
        )
        or (low in words["right_frames"] | words["ban_frames"] and low not in ("precluded",))
        or (low == "responsible" and after == "for")
        or (low == "required" and negated)
        or low in ("conferred", "delegated")
        or (low == "under" and after in ("a", "an", "no") and _low(tokens, at + 2) in DUTY_NOUNS)
    )
    return Mark(index, at + 1, "is", index, negated) if framed else None


def _unlawful(low: str, after: str) -> bool:
    """ "It is unlawful for X to do Y", "It is an offence to do Y"."""
    return low in ("unlawful", "illegal") or (low == "an" and after in ("offence", "offense"))


def _have_mark(tokens: Sequence[Token], index: int) -> Mark | None:
    at, negated = _past(tokens, index + 1)
    if _low(tokens, at) == "to" and (is_base(_low(tokens, at + 1)) or _low(tokens, at + 1) in ("be", "have")):
        return Mark(index, at + 1, "has to", at + 1, negated)
    noun = next((t.low for t in tokens[at : at + 3] if t.kind == "word"), "")
    if noun in RIGHTS | DUTY_NOUNS | POWERS and (index == 0 or tokens[index - 1].kind not in ("modal", "to", "not")):
        return Mark(index, at, "has", index, negated)
    return None


def _need(tokens: Sequence[Token], index: int) -> Mark | None:
    """ "A deviation needs to be approved", "accounts need to be"; "the urgent need to act" is a noun."""
    before = tokens[index - 1]
    if before.kind in ("det", "prep", "to", "modal", "do", "not"):
        return None
    if tokens[index].low == "need" and before.kind != "pron" and not before.low.endswith("s"):
        return None
    return Mark(index, index + 2, "has to", index + 2)


def _promise(tokens: Sequence[Token], index: int) -> Mark | None:
    at, negated = _past(tokens, index + 1)
    before = tokens[index - 1].kind
    if _low(tokens, at) != "to" or before in ("det", "prep", "to", "modal"):
        return None
    if _low(tokens, at + 1) == "not":
        at, negated = at + 1, True
    return Mark(index, at + 1, "agrees to", at + 1, negated)


def _past(tokens: Sequence[Token], index: int) -> tuple[int, bool]:
    negated = False
    while index < len(tokens) and tokens[index].kind in ("adv", "not"):
        negated |= tokens[index].kind == "not"
        index += 1
    return index, negated


def _low(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].low if 0 <= index < len(tokens) else ""


def sense(tokens: Sequence[Token], mark: Mark, who: Party, denied: bool) -> Sense:
    """What the mark makes of its clause. `who` is the subject read as somebody; `denied`: "no X shall"."""
    if mark.verb is None and _leads_into_list(tokens, mark):
        return _open_sense(mark, mark.negated or denied)
    if mark.verb is None:
        return Sense("no_verb", f"No verb follows “{mark.word}”, so it commands nothing.", statement="not a mark")
    negated = mark.negated or denied
    if mark.word == "is to" and _low(tokens, mark.verb) == "be":
        return _be_sense(tokens, mark, mark.verb, who, negated)
    low = _low(tokens, mark.verb)
    if low in ("be", "is", "are"):
        return _be_sense(tokens, mark, mark.verb, who, negated)
    if low in ("have", "has"):
        held = _have_sense(tokens, mark, who, negated)
        if held:
            return held
    if mark.word == "should":
        return Sense(
            "recommendation", "“should” recommends; it does not oblige.", statement="recommendation", verb=mark.verb
        )
    return _stating(tokens, mark, who, negated) or _doing(tokens, mark, who, negated)


def _leads_into_list(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "X shall:", "X shall, where appropriate:": the verbs are in the list."""
    return tokens[-1].kind in (":", "-") and not any(token.kind in (";", ".") for token in tokens[mark.end :])


def _open_sense(mark: Mark, negated: bool) -> Sense:
    if mark.word in ("will", "should"):
        return Sense("future", "A list of what comes or is recommended.", statement="recommendation")
    modality: Modality = "prohibition" if negated else "permission" if mark.word == "may" else "obligation"
    return Sense(f"{_stem(mark)}_list", f"“{mark.word}” leads into a list of acts.", modality, verb=None)


def _be_sense(tokens: Sequence[Token], mark: Mark, be: int, who: Party, negated: bool) -> Sense:
    at = be + 1
    while at < len(tokens) and tokens[at].kind in ("adv", "not"):
        negated |= tokens[at].kind == "not" and mark.word != "is"
        at += 1
    low, after = _low(tokens, at), _low(tokens, at + 1)
    words = frames()
    if low == "the" and after in DUTY_NOUNS and _low(tokens, at + 2) == "of":
        return _duty_of(tokens, at + 3)
    if mark.word == "may" and negated and low in words["duty_frames"]:
        return _be_norm(tokens, mark, be, at, negated, who)
    if _unlawful(low, after) and who.pronoun and not negated:
        found = _duty_of(tokens, at)
        end, why = at + (3 if low == "an" else 2), "It is unlawful to do it."
        return replace(found, rule="unlawful_for", reason=why, modality="prohibition", end=end)
    if low in ("for", "on", "upon", "incumbent") and who.kind is None and _falls_on(tokens, at):
        return _duty_of(tokens, at + 1)
    if low == "under" and after in ("no", "an", "a") and _low(tokens, at + 2) in DUTY_NOUNS:
        if after == "no":
            return Sense("no_duty", "It lifts a duty and imposes none.", statement="exemption", verb=at)
        return Sense("duty_to", "“under a duty” imposes a duty.", "obligation", verb=at + 4, end=at + 4)
    framed = _framed(words, low, after, at, negated)
    if framed and framed.rule == "entitled" and framed.verb and not is_base(_low(tokens, framed.verb)):
        framed = replace(framed, verb=be, state=True)
    if framed:
        return _impersonal(tokens, framed, at) if who.pronoun or who.kind is None else framed
    if low in ("conferred", "delegated") and after in ("on", "upon", "to"):
        return Sense("power_conferred", "A power is conferred on somebody.", "power", verb=at, end=at + 2, passive=True)
    if mark.word == "should":
        return Sense("recommendation", "“should” recommends; it does not oblige.", statement="recommendation", verb=at)
    stated = _be_statement(tokens, words, at, who, mark.word)
    if stated:
        return stated
    if low in words["answerable_frames"] and negated:
        return Sense("not_answerable", f"It says that somebody is not {low}.", statement="exemption", verb=at)
    if low in words["answerable_frames"] and who.kind is not None:
        return Sense("answerable", f"Somebody is made {low} for something.", "obligation", verb=be, end=at, state=True)
    return _be_norm(tokens, mark, be, at, negated, who)


def _duty_of(tokens: Sequence[Token], start: int) -> Sense:
    """ "It shall be the duty of X to do Y"."""
    for index in range(start + 1, min(start + 40, len(tokens) - 1)):
        if tokens[index].low == "to" and (is_base(tokens[index + 1].low) or tokens[index + 1].kind == "be"):
            return Sense("duty_of", "It is somebody's duty to do it.", "obligation", verb=index + 1, end=start)
    return Sense("fixing", "It says what a duty is.", statement="fixing", verb=start)


def _falls_on(tokens: Sequence[Token], at: int) -> bool:
    """ "It shall be for the controller to show it", "The burden shall be on the bank to prove it": a verb follows."""
    stop = next((i for i in range(at, len(tokens)) if tokens[i].kind in (",", ";", ".", "rel", "that")), len(tokens))
    reach = range(at + 2, min(stop, at + 14, len(tokens) - 1))
    return any(tokens[i].low == "to" and is_base(tokens[i + 1].low) for i in reach)


def _framed(words: dict[str, frozenset[str]], low: str, after: str, at: int, negated: bool) -> Sense | None:
    """ "be required to", "be prohibited from", "be entitled to": the frame decides, not the modal."""
    start = at + 2 if after in ("to", "from") else None
    if low == "required" and negated and after not in ("by",):
        return Sense("no_duty", "It lifts a duty and imposes none.", statement="exemption", verb=at)
    if low in words["duty_frames"] and after in ("to", "by"):
        if low == "bound" and after == "by" and not negated:
            return Sense(
                "bound_by", "Who is bound by something must keep to it.", "obligation", verb=at - 1, state=True
            )
        if negated:
            return Sense("no_duty", "It lifts a duty and imposes none.", statement="exemption", verb=at)
        if after == "to":
            return Sense(
                "required_to", "“required to” imposes a duty on its subject.", "obligation", verb=start, end=at + 2
            )
    if low in words["ban_frames"]:
        if negated:
            return Sense("no_ban", "It says what is not prohibited.", statement="exemption", verb=at)
        return Sense(
            "prohibited", f"“{low}” forbids.", "prohibition", verb=start or at, end=at + 1, passive=start is None
        )
    if low in words["leave_frames"] and (
        after in ("to", "where", "if", "only", "in", "for", "") or not after.isalpha()
    ):
        verb = start or at
        if negated:
            return Sense(
                "not_permitted", f"“not {low}” forbids.", "prohibition", verb=verb, end=at + 1, passive=start is None
            )
        return Sense("permitted", f"“{low}” permits.", "permission", verb=verb, end=at + 1, passive=start is None)
    if low in words["right_frames"]:
        if negated:
            return Sense(
                "not_entitled", "It denies a right.", "prohibition", verb=start, end=at + 1, state=start is None
            )
        return Sense("entitled", "“entitled to” grants a right.", "right", verb=start, end=at + 2, state=start is None)
    if low in words["power_frames"]:
        return Sense("empowered", "“empowered to” confers a power.", "power", verb=start, end=at + 2)
    return None


def _impersonal(tokens: Sequence[Token], framed: Sense, at: int) -> Sense:
    """ "It shall be prohibited (for X) to do Y": the act follows "to"."""
    if not framed.passive or framed.rule not in ("prohibited", "permitted", "not_permitted"):
        return framed
    if at + 1 >= len(tokens) or tokens[at + 1].low != "for":
        return framed
    for index in range(at + 1, min(at + 200, len(tokens) - 1)):
        if tokens[index].kind in (";", "."):
            break
        if tokens[index].low == "to" and is_base(tokens[index + 1].low):
            return replace(framed, rule=f"{framed.rule}_for", verb=index + 1, end=at + 2, passive=False)
    return framed


def _be_statement(
    tokens: Sequence[Token], words: dict[str, frozenset[str]], at: int, who: Party, mark_word: str
) -> Sense | None:
    """ "shall be deemed", "shall be without prejudice to", "shall be EUR 50 000": the law says what is."""
    low, after = _low(tokens, at), _low(tokens, at + 1)
    kind = tokens[at].kind if at < len(tokens) else "."
    if low in words["deeming_frames"] and after != "by":
        return Sense("deeming", f"“be {low}” says how something counts in law.", statement="deeming", verb=at)
    if low == "governed" and {t.low for t in tokens[at + 2 : at + 5]} & {"law", "laws"}:
        return Sense("governing_law", "It says which law governs.", statement="legal effect", verb=at)
    if low == "without" and after == "prejudice":
        return Sense("saving", "It saves another rule and commands nothing.", statement="saving", verb=at)
    if low in words["amending_frames"]:
        if low in ("replaced", "repealed", "deleted", "inserted", "renumbered") and who.kind is None:
            return Sense("amending", "It changes the wording of an act.", statement="amendment", verb=at)
        return None
    if low in words["exempting_frames"]:
        return Sense("exempting", "It takes somebody or something out of a duty.", statement="exemption", verb=at)
    if low in words["effect_frames"] and not (who.kind and low in ("available",)):
        return Sense("legal_effect", f"“be {low}” states a legal effect.", statement="legal effect", verb=at)
    if low == "subject" and after == "to":
        if {t.low for t in tokens[at + 2 : at + 5]} & (
            DUTY_NOUNS | {"requirement", "requirements", "obligations"}
        ) and who.kind:
            return None
        if {t.low for t in tokens[at + 2 : at + 6]} & words["acts_undergone"]:
            return Sense(
                "subjected_to_act", "Something must undergo an act of somebody.", "obligation", verb=at - 1, state=True
            )
        if {t.low for t in tokens[at + 2 : at + 8]} & words["penalties"]:
            return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=at)
        return Sense("subjected", "It says what something is subject to.", statement="legal effect", verb=at)
    if mark_word == "may" and who.kind is not None and kind == "det":
        return None
    if kind in ("det", "num") or low in ("as", "such", "eur", "euro") or kind == "to":
        return Sense("fixing", "It fixes what something is or amounts to.", statement="fixing", verb=at)
    if low in ("at", "no", "not", "between", "from") and any(t.kind == "num" for t in tokens[at : at + 5]):
        return Sense("fixing", "It fixes an amount or a time.", statement="fixing", verb=at)
    return None


def _be_norm(tokens: Sequence[Token], mark: Mark, be: int, at: int, negated: bool, who: Party) -> Sense:
    low = _low(tokens, at)
    passive = is_participle(low)
    verb = at if passive else be
    if mark.word == "may":
        if negated:
            return Sense("may_not", "“may not” forbids.", "prohibition", verb=verb, passive=passive, state=not passive)
        if passive or low in ("made", "given"):
            return Sense("may_passive", "“may” permits it to be done.", "permission", verb=verb, passive=True)
        if who.kind is not None and tokens[at].kind == "det":
            return Sense("may_be", "“may” permits somebody to be it.", "permission", verb=verb, state=True)
        return Sense("possibility", "“may be” says what is possible.", statement="possibility", verb=verb)
    if mark.word == "will":
        return Sense("future", "“will” tells what comes and binds nobody here.", statement="future", verb=verb)
    if mark.word == "is":
        return Sense("indicative", "It tells what is.", statement="legal effect", verb=verb)
    modality: Modality = "prohibition" if negated else "obligation"
    how = "passive" if passive else "state"
    said = "must not be" if negated else "must be"
    return Sense(
        f"{_stem(mark)}_{how}",
        f"It says what {said} so or done.",
        modality,
        verb=verb,
        passive=passive,
        state=not passive,
    )


def _have_sense(tokens: Sequence[Token], mark: Mark, who: Party, negated: bool) -> Sense | None:
    assert mark.verb is not None
    at = mark.verb + 1
    if mark.word == "may" and is_participle(_low(tokens, at)):
        return Sense("possibility", "“may have” says what is possible.", statement="possibility", verb=mark.verb)
    while at < len(tokens) and tokens[at].kind in ("adv", "not", "det", "quote"):
        at += 1
    low = _low(tokens, at)
    if low not in RIGHTS | POWERS | DUTY_NOUNS and _low(tokens, at + 1) in RIGHTS | POWERS:
        at, low = at + 1, _low(tokens, at + 1)
    denied = _low(tokens, at + 1) == "not" and _low(tokens, at + 2) == "to"
    if any(t.low == "following" for t in tokens[mark.verb : at + 3]):
        listed = next((t.low for t in tokens[at : at + 8] if t.low in POWERS | RIGHTS), "")
        if listed in ("powers", "rights"):
            kind: Modality = "power" if listed == "powers" else "right"
            return Sense(f"{kind}s_list", f"It leads into a list of {listed}.", kind, verb=None)
    start = at + 3 if denied else at + 2 if _low(tokens, at + 1) == "to" else None
    if low in RIGHTS:
        if negated:
            return Sense("no_right", "It denies a right.", statement="legal effect", verb=at)
        verb = start if start and (is_base(_low(tokens, start)) or _low(tokens, start) == "be") else mark.verb
        alone = verb == mark.verb
        return Sense("right_to", "“have the right” grants a right.", "right", verb=verb, end=at + 2, state=alone)
    if low in POWERS and (start or low.startswith("power")):
        verb = start or mark.verb
        return Sense("power_to", "“have the power” confers a power.", "power", verb=verb, end=at + 2, state=not start)
    if low in DUTY_NOUNS and start:
        return Sense("duty_to", "“have the duty” imposes a duty.", "obligation", verb=start, end=at + 2)
    following = tokens[mark.verb + 1 : mark.verb + 2]
    ahead = tokens[mark.verb + 1 : mark.verb + 8]
    to = next((i for i, t in enumerate(ahead) if t.kind == "to"), None)
    if who.kind and to and ahead[0].kind == "num" and is_base(_low(tokens, mark.verb + to + 2)):
        verb = mark.verb + to + 2
        return Sense("time_to", "Who has so long to do it may do it.", "right", verb=verb, end=verb)
    counted = any(token.kind == "num" or token.low == "one" for token in following)
    if low in ("effect", "legal", "force") or counted:
        return Sense("legal_effect", "It states what something has in law.", statement="legal effect", verb=mark.verb)
    return None


def _stating(tokens: Sequence[Token], mark: Mark, who: Party, negated: bool) -> Sense | None:
    """ "shall mean", "shall apply from", "shall not affect": what the law states without commanding anybody."""
    assert mark.verb is not None
    low, words = _low(tokens, mark.verb), frames()
    following = tokens[mark.verb + 1] if mark.verb + 1 < len(tokens) else None
    alone = following is None or following.kind in (
        "prep",
        "to",
        ".",
        ",",
        ";",
        ":",
        "conj",
        "adv",
        "sub",
        "label",
        "rel",
    )
    thing = who.kind is None
    if low == "apply" and alone and (thing or who.pronoun):
        return Sense("application", "It says where or when a rule applies.", statement="application", verb=mark.verb)
    if low == "enter" and thing and _low(tokens, mark.verb + 2) == "force":
        return Sense("in_force", "It says when the act enters into force.", statement="application", verb=mark.verb)
    if low == "mean" or (low in words["stating_verbs"]):
        kind = "definition" if low == "mean" else "legal effect"
        return Sense("stating", f"“{low}” states what is so in law.", statement=kind, verb=mark.verb)
    if thing and low == "take" and _low(tokens, mark.verb + 1) == "place" and _low(tokens, mark.verb + 2) == "only":
        return Sense("only_if", "It is forbidden unless these conditions are met.", "prohibition", verb=mark.verb)
    if thing and low == "exceed" and any(t.low == "liability" for t in tokens[max(0, mark.start - 8) : mark.start]):
        return Sense("limit", "It limits what somebody is liable for.", statement="legal effect", verb=mark.verb)
    often = any(t.low in words["how_often"] for t in tokens[mark.verb :])
    if thing and low == "take" and _low(tokens, mark.verb + 1) == "place" and often and mark.word in ("shall", "must"):
        return None
    if thing and low == "take" and _low(tokens, mark.verb + 1) in ("effect", "place", "precedence"):
        return Sense("stating", "It says when or how something takes effect.", statement="legal effect", verb=mark.verb)
    if thing and not negated and low in words["stating_of_things"] and not (low == "apply" and not alone):
        return Sense(
            "stating_of_things", f"A thing that shall {low} commands nobody.", statement="legal effect", verb=mark.verb
        )
    if thing and negated and low in words["stating_when_denied"]:
        return Sense(
            "denied_effect", f"It says that a rule does not {low} something.", statement="saving", verb=mark.verb
        )
    return None


def _doing(tokens: Sequence[Token], mark: Mark, who: Party, negated: bool) -> Sense:
    assert mark.verb is not None
    low, verb = _low(tokens, mark.verb), mark.verb
    only = any(t.low == "only" for t in tokens[mark.start + 1 : verb])
    if mark.word == "may":
        if negated:
            return Sense("may_not", "“may not” forbids.", "prohibition", verb=verb)
        if only and who.kind:
            return Sense("may_only", "“may only” forbids everything else.", "prohibition", verb=verb)
        if low == "adopt" and {t.low for t in tokens[verb : verb + 8]} & frames()["acts_of_power"]:
            return Sense("may_adopt_acts", "“may adopt delegated acts” confers a power.", "power", verb=verb)
        if (
            who.kind is None
            and not who.pronoun
            and low not in ("include", "contain", "provide", "take", "cover", "specify")
        ):
            return Sense("possibility", "“may” with a thing says what is possible.", statement="possibility", verb=verb)
        return Sense("may", "“may” permits.", "permission", verb=verb)
    if mark.word == "will":
        if who.kind in ("regulated", "person") and (who.known or who.pronoun):
            modality: Modality = "prohibition" if negated else "obligation"
            return Sense("promissory_will", "“will” of a party promises.", modality, verb=verb, doubt=0.15)
        return Sense("future", "“will” tells what comes and binds nobody here.", statement="future", verb=verb)
    if mark.word == "has to" and negated:
        return Sense("no_duty", "It lifts a duty and imposes none.", statement="exemption", verb=verb)
    stem = _stem(mark)
    if stem == "is_to" and who.kind is None:
        return Sense("purpose", "It says what something is for.", statement="purpose", verb=verb)
    if negated:
        return Sense(f"{stem}_not", f"“{mark.word} not” forbids.", "prohibition", verb=verb)
    return Sense(
        f"{stem}_only" if only else stem, f"“{mark.word}” with a verb of doing obliges.", "obligation", verb=verb
    )


def _stem(mark: Mark) -> str:
    return {"is": "is_required", "is to": "is_to", "has to": "has_to", "agrees to": "promise"}.get(mark.word, mark.word)


def lemma(low: str) -> str:
    return low if is_base(low) else base_of_participle(low) or low
