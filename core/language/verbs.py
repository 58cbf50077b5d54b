"""Which words are verbs of rules, and what a participle is the participle of."""

from functools import cache

from core.settings import lexicon

VOWELS = "aeiou"
# Verbs of more than one syllable that double their last letter ("submitted", "transferred").
_DOUBLED = """admit cancel commit compel confer control defer deter equip expel format incur infer label occur omit
permit prefer refer remit submit transfer transmit"""
DOUBLED = frozenset(_DOUBLED.split())


PREFIXES = frozenset({"pre", "re", "co", "over", "under", "cross", "de", "dis", "mis", "sub", "out"})


@cache
def bases() -> frozenset[str]:
    """Verbs as they stand after a modal: "notify"."""
    return frozenset(lexicon("english")["verbs"].split())


@cache
def _participles() -> dict[str, str]:
    regular = {past(verb): verb for verb in bases()}
    return regular | dict(lexicon("english")["participles"])


@cache
def _forms() -> dict[str, str]:
    forms = {}
    for verb in bases():
        forms[third_person(verb)] = verb
    return forms


def past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and len(verb) > 2 and verb[-2] not in VOWELS:
        return verb[:-1] + "ied"
    if doubles(verb):
        return verb + verb[-1] + "ed"
    return verb + "ed"


def third_person(verb: str) -> str:
    if verb.endswith("y") and len(verb) > 2 and verb[-2] not in VOWELS:
        return verb[:-1] + "ies"
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    return verb + "s"


def doubles(verb: str) -> bool:
    if verb in DOUBLED:
        return True
    short = sum(letter in VOWELS for letter in verb) == 1 and len(verb) > 2
    return short and verb[-1] not in VOWELS + "wxy" and verb[-2] in VOWELS


def is_base(low: str) -> bool:
    """Whether it is a verb as the lexicon has it, also behind a prefix: "pre-determine", "co-operate"."""
    prefix, hyphen, verb = low.partition("-")
    return low in bases() or (hyphen == "-" and prefix in PREFIXES and verb in bases())


def base_of_participle(low: str) -> str | None:
    """ "kept" → "keep", "notified" → "notify"; None for a verb that we do not know."""
    return _participles().get(low)


@cache
def _gerunds() -> dict[str, str]:
    return {gerund(verb): verb for verb in bases()}


def gerund(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if doubles(verb) else "") + "ing"


def base_of_gerund(low: str) -> str | None:
    """ "charging" → "charge"; None for a verb that we do not know."""
    return _gerunds().get(low)


def is_participle(low: str) -> bool:
    """Known, or formed like one ("re-exported")."""
    return low in _participles() or (len(low) > 4 and low.endswith("ed") and not low.endswith("eed"))


def is_third_person(low: str) -> bool:
    """ "processes", "ensures": also plural nouns look so ("transfers"); position must decide."""
    return low in _forms()


def takes_object(low: str) -> bool:
    """ "leaving", "leaves", "left": what follows may be its object."""
    return (low.endswith("ing") and len(low) > 5) or is_participle(low) or is_third_person(low)


def lemma(low: str) -> str:
    return low if is_base(low) else base_of_participle(low) or low
