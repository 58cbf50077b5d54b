"""What a mark means in its clause: obligation, prohibition, permission, right, power, or a statement."""

from collections.abc import Sequence

from core.extract.bearers import Party
from core.extract.being import be_sense, is_client
from core.extract.marks import DUTY_NOUNS, POWERS, RIGHTS, Mark, Sense, frames, low_at, stem
from core.language.tokens import Token
from core.language.verbs import is_base, is_participle
from core.types import Modality

# Behind a verb that takes no object: what begins another part of the clause, or ends it.
NO_OBJECT = ("prep", "to", ".", ",", ";", ":", "conj", "adv", "sub", "label", "rel")


def sense(tokens: Sequence[Token], mark: Mark, who: Party, denied: bool) -> Sense:
    """What the mark makes of its clause. `who` is the subject read as somebody; `denied`: "no X shall"."""
    if mark.verb is None and _leads_into_list(tokens, mark):
        return _by_power(tokens, mark, who) or _open_sense(mark, mark.negated or denied)
    if mark.verb is None:
        return Sense("no_verb", f"No verb follows “{mark.word}”, so it commands nothing.", statement="not a mark")
    if mark.word == "do not":
        return Sense("imperative_not", "A policy that says “do not” or “never” forbids.", "prohibition", verb=mark.verb)
    if mark.word == "commits":
        return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=mark.verb)
    negated = mark.negated or denied
    if mark.word == "is to" and low_at(tokens, mark.verb) == "be":
        return be_sense(tokens, mark, mark.verb, who, negated)
    low = low_at(tokens, mark.verb)
    if low in ("be", "is", "are"):
        return be_sense(tokens, mark, mark.verb, who, negated)
    if low in ("have", "has"):
        held = _have_sense(tokens, mark, who, negated)
        if held:
            return held
    if mark.word == "reserves":
        return Sense("right_to", "“reserves the right” keeps a right.", "right", verb=mark.verb, end=mark.end)
    if mark.word == "should":
        return Sense(
            "recommendation", "“should” recommends; it does not oblige.", statement="recommendation", verb=mark.verb
        )
    return _stating(tokens, mark, who, negated) or _doing(tokens, mark, who, negated)


def _leads_into_list(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "X shall:", "X shall, where appropriate:": the verbs are in the list."""
    if mark.end == len(tokens):
        return True  # "The Supplier shall (a) …": the list's lead-in without a colon
    return tokens[-1].kind in (":", "-") and not any(token.kind in (";", ".") for token in tokens[mark.end :])


def _by_power(tokens: Sequence[Token], mark: Mark, who: Party) -> Sense | None:
    """ "Regulations under this section may prescribe": what a power reaches, and no leave for anybody."""
    made = {token.low for token in tokens[who.start : who.end]} & frames()["made_under_powers"]
    if mark.word != "may" or mark.negated or who.kind is not None or not made:
        return None
    return Sense("by_power", "It says how far a power to make rules reaches.", statement="legal effect", verb=mark.verb)


def _open_sense(mark: Mark, negated: bool) -> Sense:
    if mark.word in ("will", "should"):
        return Sense("future", "A list of what comes or is recommended.", statement="recommendation")
    modality: Modality = "prohibition" if negated else "permission" if mark.word == "may" else "obligation"
    return Sense(f"{stem(mark)}_list", f"“{mark.word}” leads into a list of acts.", modality, verb=None)


def _have_sense(tokens: Sequence[Token], mark: Mark, who: Party, negated: bool) -> Sense | None:
    assert mark.verb is not None
    if mark.word == "may" and is_participle(low_at(tokens, mark.verb + 1)):
        return Sense("possibility", "“may have” says what is possible.", statement="possibility", verb=mark.verb)
    at, none, denied = _held(tokens, mark.verb + 1, who)
    negated |= none and mark.word != "has"
    low = low_at(tokens, at)
    if any(t.low == "following" for t in tokens[mark.verb : mark.verb + 6]):
        listed = next((t.low for t in tokens[at : at + 8] if t.low in POWERS | RIGHTS), "")
        if listed in ("powers", "rights"):
            kind: Modality = "power" if listed == "powers" else "right"
            return Sense(f"{kind}s_list", f"It leads into a list of {listed}.", kind, verb=None)
    start = at + 3 if denied else at + 2 if low_at(tokens, at + 1) == "to" else None
    if low in RIGHTS:
        if negated:
            return Sense("no_right", "It denies a right.", statement="legal effect", verb=at)
        verb = start if start and (is_base(low_at(tokens, start)) or low_at(tokens, start) == "be") else mark.verb
        alone = verb == mark.verb
        return Sense("right_to", "“have the right” grants a right.", "right", verb=verb, end=at + 2, state=alone)
    if negated and low in POWERS | DUTY_NOUNS and (start or low.startswith("power")) and who.kind is not None:
        return Sense("no_duty", f"It says that somebody has no {low}.", statement="exemption", verb=at)
    if low in ("claim", "recourse", "possibility", "option") and (who.kind is None or (low[0] in "po" and not start)):
        return None
    if low in POWERS and (start or low.startswith("power")):
        verb = start or mark.verb
        return Sense("power_to", "“have the power” confers a power.", "power", verb=verb, end=at + 2, state=not start)
    if low in DUTY_NOUNS and start:
        return Sense("duty_to", "“have the duty” imposes a duty.", "obligation", verb=start, end=at + 2)
    return _time_or_effect(tokens, mark.verb, low, who)


def _held(tokens: Sequence[Token], at: int, who: Party) -> tuple[int, bool, bool]:
    """From behind "have": where the thing had stands, whether there is "no" of it, whether it is one "not to" do it."""
    none = False
    while at < len(tokens) and tokens[at].kind in ("adv", "not", "det", "quote"):
        none |= tokens[at].low == "no"
        at += 1
    named = RIGHTS | POWERS | DUTY_NOUNS
    if low_at(tokens, at) not in named and low_at(tokens, at + 1) in RIGHTS | POWERS:
        at += 1
    denied = low_at(tokens, at + 1) == "not" and low_at(tokens, at + 2) == "to"
    if low_at(tokens, at) not in named and who.kind is not None:
        # "all the supervisory and investigatory powers that are necessary"
        kinds = ("word", "conj", "det", "adv")
        several = next((i for i in range(at, min(at + 6, len(tokens))) if tokens[i].kind not in kinds), at + 6)
        at = next((i for i in range(at, min(several, len(tokens))) if tokens[i].low in ("powers", "rights")), at)
    return at, none, denied


def _time_or_effect(tokens: Sequence[Token], have: int, low: str, who: Party) -> Sense | None:
    """ "shall have 14 days to withdraw", "shall have legal effect"."""
    ahead = tokens[have + 1 : have + 8]
    to = next((i for i, t in enumerate(ahead) if t.kind == "to"), None)
    if who.kind and to and ahead[0].kind == "num" and is_base(low_at(tokens, have + to + 2)):
        verb = have + to + 2
        return Sense("time_to", "Who has so long to do it may do it.", "right", verb=verb, end=verb)
    counted = any(token.kind == "num" or token.low == "one" for token in ahead[:1])
    if low in ("effect", "legal", "force") or counted:
        return Sense("legal_effect", "It states what something has in law.", statement="legal effect", verb=have)
    return None


def _stating(tokens: Sequence[Token], mark: Mark, who: Party, negated: bool) -> Sense | None:
    """ "shall mean", "shall apply from", "shall not affect": what the law states without commanding anybody."""
    assert mark.verb is not None
    low, words = low_at(tokens, mark.verb), frames()
    following = tokens[mark.verb + 1] if mark.verb + 1 < len(tokens) else None
    alone = following is None or following.kind in NO_OBJECT
    thing = who.kind is None
    if low == "apply" and alone and (thing or (who.pronoun and not _asks(tokens, mark.verb))):
        return Sense("application", "It says where or when a rule applies.", statement="application", verb=mark.verb)
    if low == "enter" and thing and low_at(tokens, mark.verb + 2) == "force":
        return Sense("in_force", "It says when the act enters into force.", statement="application", verb=mark.verb)
    if low == "mean" or (low in words["stating_verbs"]):
        kind = "definition" if low == "mean" else "legal effect"
        return Sense("stating", f"“{low}” states what is so in law.", statement=kind, verb=mark.verb)
    if thing and low == "take" and low_at(tokens, mark.verb + 1) in ("effect", "place", "precedence"):
        return _taking(tokens, mark, negated)
    if thing and low == "exceed" and any(t.low == "liability" for t in tokens[max(0, mark.start - 8) : mark.start]):
        return Sense("limit", "It limits what somebody is liable for.", statement="legal effect", verb=mark.verb)
    if negated and low == "bear" and not thing:
        return Sense("no_burden", "It says what somebody need not bear.", statement="exemption", verb=mark.verb)
    if thing and not negated and low in words["stating_of_things"] and (alone or low not in ("apply", "attach")):
        return Sense(
            "stating_of_things", f"A thing that shall {low} commands nobody.", statement="legal effect", verb=mark.verb
        )
    if thing and negated and low in words["limiting_verbs"] and _made_by_parties(tokens, who):
        return None
    # "A notice may not require anybody to disclose it" forbids; "this Article shall not require it" only says so.
    if thing and negated and low in words["stating_when_denied"] and mark.word != "may":
        return Sense(
            "denied_effect", f"It says that a rule does not {low} something.", statement="saving", verb=mark.verb
        )
    return None


def _taking(tokens: Sequence[Token], mark: Mark, negated: bool) -> Sense | None:
    """ "shall take place only if", "shall take effect on": a statement; "must take place every year" is a duty."""
    assert mark.verb is not None
    place = low_at(tokens, mark.verb + 1) == "place"
    if place and low_at(tokens, mark.verb + 2) == "only":
        return Sense("only_if", "It is forbidden unless these conditions are met.", "prohibition", verb=mark.verb)
    often = any(token.low in frames()["how_often"] for token in tokens[mark.verb :])
    if place and often and mark.word in ("shall", "must"):
        return None
    if place and negated:
        return Sense("not_take_place", "It forbids that it is done.", "prohibition", verb=mark.verb)
    return Sense("stating", "It says when or how something takes effect.", statement="legal effect", verb=mark.verb)


def _asks(tokens: Sequence[Token], apply: int) -> bool:
    """ "it must apply to the Authority for the agent to be registered": somebody asks; a rule does not apply for."""
    ahead = tokens[apply + 1 : apply + 12]
    return low_at(tokens, apply + 1) == "to" and any(token.low == "for" for token in ahead)


def _made_by_parties(tokens: Sequence[Token], who: Party) -> bool:
    """ "The agreement shall not limit access": whoever makes it must not; "this Agreement" only says what it leaves."""
    heads = tokens[who.start : who.end]
    own = who.start > 0 and tokens[who.start - 1].low in ("this", "these")
    return bool(heads) and not own and heads[-1].text in frames()["made_by_parties"]


def _doing(tokens: Sequence[Token], mark: Mark, who: Party, negated: bool) -> Sense:
    assert mark.verb is not None
    low, verb = low_at(tokens, mark.verb), mark.verb
    if low in frames()["forfeiting_verbs"] and {t.low for t in tokens[verb : verb + 8]} & frames()["penalties"]:
        return Sense("sanction", "It says which sanction follows a breach.", statement="sanction", verb=verb)
    only = any(
        t.low == "only" and tokens[i].kind != "not" for i, t in enumerate(tokens[mark.start + 1 : verb], mark.start)
    )
    if mark.word == "may":
        return _may(tokens, mark, verb, who, negated, only)
    if mark.word == "will":
        if who.kind in ("regulated", "person") and (who.known or who.pronoun):
            modality: Modality = "prohibition" if negated else "obligation"
            return Sense("promissory_will", "“will” of a party promises.", modality, verb=verb, doubt=0.15)
        return Sense("future", "“will” tells what comes and binds nobody here.", statement="future", verb=verb)
    if mark.word == "has to" and negated:
        return Sense("no_duty", "It lifts a duty and imposes none.", statement="exemption", verb=verb)
    if low == "receive" and mark.word == "shall" and not negated and is_client(tokens, who):
        return Sense("receives", "Somebody must give what a person shall receive.", "obligation", verb=verb)
    name = stem(mark)
    if name == "is_to" and who.kind is None:
        return Sense("purpose", "It says what something is for.", statement="purpose", verb=verb)
    if negated:
        return Sense(f"{name}_not", f"“{mark.word} not” forbids.", "prohibition", verb=verb)
    if low_at(tokens, verb + 1) in ("no", "none") and low_at(tokens, verb + 2) not in frames()["after_no"]:
        return Sense(f"{name}_no", f"“{mark.word} {low} no …” forbids.", "prohibition", verb=verb)
    return Sense(
        f"{name}_only" if only else name, f"“{mark.word}” with a verb of doing obliges.", "obligation", verb=verb
    )


def _may(tokens: Sequence[Token], mark: Mark, verb: int, who: Party, negated: bool, only: bool) -> Sense:
    low = low_at(tokens, verb)
    if low in ("wish", "want") and not negated:
        return Sense("may_wish", "“may wish to” recommends.", statement="recommendation", verb=verb)
    reach = _by_power(tokens, mark, who)
    if reach is not None:
        return reach
    if negated:
        return Sense("may_not", "“may not” forbids.", "prohibition", verb=verb)
    if only and who.kind:
        return Sense("may_only", "“may only” forbids everything else.", "prohibition", verb=verb)
    if low == "adopt" and {t.low for t in tokens[verb : verb + 8]} & frames()["acts_of_power"]:
        return Sense("may_adopt_acts", "“may adopt delegated acts” confers a power.", "power", verb=verb)
    nobody = who.kind is None and not who.pronoun and not who.law
    if nobody and low not in ("include", "contain", "provide", "take", "cover", "specify"):
        return Sense("possibility", "“may” with a thing says what is possible.", statement="possibility", verb=verb)
    return Sense("may", "“may” permits.", "permission", verb=verb)
