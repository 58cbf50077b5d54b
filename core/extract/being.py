"""What "be" and its frames make of a mark: "shall be required to", "must be kept", "shall be deemed"."""

from collections.abc import Sequence
from dataclasses import replace

from core.extract.bearers import Party
from core.extract.marks import DIRECTED, DUTY_NOUNS, Mark, Sense, frames, low_at, past_leave, stem, unlawful
from core.extract.terms import agent_ending
from core.language.tokens import Token, singular
from core.language.verbs import is_base, is_participle
from core.types import Modality

# Words between the commas of "required, on request of the bank, to provide".
LONGEST_INSERTION = 14
# Words of "joint controllers", "members", "accredited external auditors".
LONGEST_NAME = 3


def be_sense(tokens: Sequence[Token], mark: Mark, be: int, who: Party, negated: bool) -> Sense:
    at = be + 1
    while at < len(tokens) and tokens[at].kind in ("adv", "not"):
        negated |= tokens[at].kind == "not" and mark.word != "is"
        at += 1
    at = past_leave(tokens, at)
    low, after = low_at(tokens, at), low_at(tokens, at + 1)
    words = frames()
    if low in DIRECTED and at > be + 2:
        low = "required"
    if after == "," and low in words["duty_frames"] | words["right_frames"] | words["leave_frames"]:
        inserted = _past_insertion(tokens, at + 1)
        if inserted is not None:
            found = _be_sense_inserted(words, low, at, inserted, negated)
            if found:
                return found
    if low == "able" and after == "to" and is_client(tokens, who) and mark.word == "shall" and not negated:
        why = "What persons shall be able to do is their right."
        return Sense("able_to", why, "right", verb=at + 2, end=at + 2)
    if mark.word == "may" and negated and low in words["duty_frames"]:
        return _be_norm(tokens, mark, be, at, negated, who)
    told = _duty_told(tokens, at, who, negated)
    if told:
        return told
    framed = _framed(words, low, after, at, negated)
    if framed and framed.rule == "entitled" and framed.verb and not is_base(low_at(tokens, framed.verb)):
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


def _duty_told(tokens: Sequence[Token], at: int, who: Party, negated: bool) -> Sense | None:
    """ "be the duty of", "be unlawful for", "be for X to", "be under a duty": a duty or ban in so many words."""
    low, after = low_at(tokens, at), low_at(tokens, at + 1)
    if low == "the" and after in DUTY_NOUNS and low_at(tokens, at + 2) == "of":
        return _duty_of(tokens, at + 3)
    if unlawful(low, after) and who.pronoun and not negated:
        found = _duty_of(tokens, at)
        end, why = at + (3 if low == "an" else 2), "It is unlawful to do it."
        return replace(found, rule="unlawful_for", reason=why, modality="prohibition", end=end)
    if low in ("for", "on", "upon", "incumbent") and who.kind is None and _falls_on(tokens, at):
        return _duty_of(tokens, at + 1)
    if low == "under" and after in ("no", "an", "a") and low_at(tokens, at + 2) in DUTY_NOUNS:
        if after == "no":
            return Sense("no_duty", "It lifts a duty and imposes none.", statement="exemption", verb=at)
        return Sense("duty_to", "“under a duty” imposes a duty.", "obligation", verb=at + 4, end=at + 4)
    return None


def is_client(tokens: Sequence[Token], who: Party) -> bool:
    """A person whom a rule protects, and none of those who work for the firm."""
    return who.kind == "person" and tokens[who.end - 1].low not in frames()["own_people"]


def _past_insertion(tokens: Sequence[Token], comma: int) -> int | None:
    """ "shall be required, on request, to provide": the token of that "to"."""
    reach = range(comma + 1, min(comma + LONGEST_INSERTION, len(tokens) - 2))
    close = next((i for i in reach if tokens[i].kind == ","), None)
    return close + 1 if close is not None and tokens[close + 1].low == "to" else None


def _be_sense_inserted(words: dict[str, frozenset[str]], low: str, at: int, to: int, negated: bool) -> Sense | None:
    framed = _framed(words, low, "to", at, negated)
    verb = to + 1 if framed and framed.verb is not None and not framed.statement else None
    return replace(framed, verb=verb, end=to + 1) if framed and verb else framed


def _duty_of(tokens: Sequence[Token], start: int) -> Sense:
    """ "It shall be the duty of X to do Y"; behind an adverb any word is taken for the verb ("to knowingly evade")."""
    for index in range(start + 1, min(start + 40, len(tokens) - 1)):
        if tokens[index].low != "to":
            continue
        verb = index + 1
        while verb + 1 < len(tokens) and tokens[verb].kind == "adv":
            verb += 1  # "for any person to knowingly evade"
        if is_base(tokens[verb].low) or tokens[verb].kind == "be" or (verb > index + 1 and tokens[verb].kind == "word"):
            return Sense("duty_of", "It is somebody's duty to do it.", "obligation", verb=verb, end=start)
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
        after in ("to", "where", "if", "only", "in", "on", "at", "during", "unless", "for", "") or not after.isalpha()
    ):
        verb = start or at
        if negated:
            return Sense(
                "not_permitted", f"“not {low}” forbids.", "prohibition", verb=verb, end=at + 1, passive=start is None
            )
        return Sense("permitted", f"“{low}” permits.", "permission", verb=verb, end=at + 1, passive=start is None)
    if low in words["right_frames"]:
        if negated or after == "neither":
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
    low, after = low_at(tokens, at), low_at(tokens, at + 1)
    if low in ("referred", "known", "called") and "as" in (after, low_at(tokens, at + 2)):
        return Sense("naming", "It gives somebody or something a name.", statement="definition", verb=at)
    # "shall be considered to be" counts as; "shall be considered in relation to the group" is done by somebody.
    weighed = low == "considered" and after in ("in", "when", "for", "before", "during", "at")
    if low in words["deeming_frames"] and after != "by" and not weighed:
        return Sense("deeming", f"“be {low}” says how something counts in law.", statement="deeming", verb=at)
    threatened = tokens[at + 1 : at + 12] if at + 2 < len(tokens) else tokens[:at]
    if low == "liable" and {t.low for t in threatened} & words["penalties"]:
        return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=at)
    if low == "in" and after in ("breach", "default"):
        return Sense("breach", "It says what is or is no breach.", statement="legal effect", verb=at)
    if low == "governed" and {t.low for t in tokens[at + 2 : at + 5]} & {"law", "laws"}:
        return Sense("governing_law", "It says which law governs.", statement="legal effect", verb=at)
    if low == "without" and after == "prejudice":
        return Sense("saving", "It saves another rule and commands nothing.", statement="saving", verb=at)
    if low in words["amending_frames"]:
        named = {token.low for token in tokens[: at - 1]}
        if low in ("replaced", "repealed", "deleted", "inserted", "renumbered") and named & words["parts_of_acts"]:
            return Sense("amending", "It changes the wording of an act.", statement="amendment", verb=at)
        return None
    if low in words["exempting_frames"] and not (low == "released" and after != "from"):
        return Sense("exempting", "It takes somebody or something out of a duty.", statement="exemption", verb=at)
    if low in words["effect_frames"] and not (who.kind and low in ("available",)):
        return Sense("legal_effect", f"“be {low}” states a legal effect.", statement="legal effect", verb=at)
    if mark_word == "may" and low == "relied" and "tending" in {t.low for t in tokens[at : at + 6]}:
        return Sense("evidential", "It says what a breach tends to prove.", statement="evidential", verb=at)
    if mark_word == "may" and low in words["pointing_frames"]:
        return Sense("pointing", "It says where something is.", statement="possibility", verb=at)
    if low in words["punishing_frames"]:
        return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=at)
    if low == "limited" and after == "to" and any(t.kind == "not" for t in tokens[at - 3 : at]):
        return Sense("not_limited", "It says that a list is not complete.", statement="fixing", verb=at)
    if low in ("liable", "guilty") and {t.low for t in tokens[at + 2 : at + 8]} & words["penalties"]:
        return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=at)
    if low == "subject" and after == "to":
        return _subjected(tokens, words, at, who)
    return _fixed(tokens, at, who, mark_word)


def _subjected(tokens: Sequence[Token], words: dict[str, frozenset[str]], at: int, who: Party) -> Sense | None:
    """ "shall be subject to" an act, a sanction or another rule; None where it is a duty of somebody."""
    ahead = [token.low for token in tokens[at + 2 : at + 8]]
    if who.kind and set(ahead[:3]) & (DUTY_NOUNS | {"requirement", "requirements", "obligations"}):
        return None
    if set(ahead[:4]) & words["acts_undergone"]:
        why = "Something must undergo an act of somebody."
        return Sense("subjected_to_act", why, "obligation", verb=at - 1, state=True)
    if set(ahead) & words["penalties"]:
        return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=at)
    return Sense("subjected", "It says what something is subject to.", statement="legal effect", verb=at)


def _fixed(tokens: Sequence[Token], at: int, who: Party, mark_word: str) -> Sense | None:
    """ "shall be EUR 50 000", "they shall be joint controllers": what something or somebody is."""
    low, kind = low_at(tokens, at), tokens[at].kind if at < len(tokens) else "."
    if mark_word == "may" and who.kind is not None and kind == "det":
        return None
    if low == "of" and low_at(tokens, at + 2) == "essence":
        return Sense("essence", "It says what a contract turns on.", statement="fixing", verb=at)
    if low == "drawn" and {t.low for t in tokens[who.start : at]} & frames()["drawn"]:
        return Sense("construing", "It says how the rules are to be read.", statement="saving", verb=at)
    if mark_word == "shall" and (who.kind is not None or who.pronoun) and _named_as(tokens, at):
        return Sense("status", "It says what somebody is in law.", statement="fixing", verb=at)
    if kind in ("det", "num") or low in ("as", "such", "eur", "euro") or kind == "to":
        return Sense("fixing", "It fixes what something is or amounts to.", statement="fixing", verb=at)
    if mark_word == "must" and low == "at":
        return None  # "Passwords must be at least 14 characters long."
    if low in ("at", "no", "not", "between", "from") and any(t.kind == "num" for t in tokens[at : at + 5]):
        return Sense("fixing", "It fixes an amount or a time.", statement="fixing", verb=at)
    return None


def _named_as(tokens: Sequence[Token], at: int) -> bool:
    """ "they shall be joint controllers": a plural name needs no article to say what somebody is."""
    end = at
    while end < len(tokens) and tokens[end].kind == "word" and not is_participle(tokens[end].low):
        end += 1
    head = tokens[end - 1].low if at < end < len(tokens) else ""
    over = bool(head) and tokens[end].kind in (".", ";", ",", "conj")
    return over and end - at <= LONGEST_NAME and head.endswith("s") and agent_ending(singular(head))


def _be_norm(tokens: Sequence[Token], mark: Mark, be: int, at: int, negated: bool, who: Party) -> Sense:
    low = low_at(tokens, at)
    ready = low in frames()["ready_frames"] and low_at(tokens, at + 1) in ("to", "that") and who.kind is not None
    passive = is_participle(low) and not ready
    verb = at if passive else be
    if mark.word == "may":
        if negated:
            return Sense("may_not", "“may not” forbids.", "prohibition", verb=verb, passive=passive, state=not passive)
        if passive or low in ("made", "given"):
            return Sense("may_passive", "“may” permits it to be done.", "permission", verb=verb, passive=True)
        if who.kind is not None and at < len(tokens) and tokens[at].kind == "det":
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
        f"{stem(mark)}_{how}",
        f"It says what {said} so or done.",
        modality,
        verb=verb,
        passive=passive,
        state=not passive,
    )
