"""Which language a text is in, offline: English by its small words at once, any other by letter statistics."""

import re
from functools import cache
from typing import Any

from core.settings import lexicon

WORD = re.compile(r"[^\W\d_]+")
# What a text quotes may be in another language: “financial entity”, „financial entity“, «entité».
QUOTED = re.compile(r"[“„\"«»][^“”„\"«»\n]{1,300}[”“\"«»]")
SAMPLE_CHARACTERS = 6_000


def language(text: str) -> str:
    """ISO 639-1 code of the language that most of `text` is in; "und" when there is too little to tell."""
    rules = lexicon("languages")
    sample = spread(text)
    unquoted = QUOTED.sub(" ", sample)
    if len(WORD.findall(unquoted)) >= rules["least_unquoted_words"]:
        sample = unquoted
    words = WORD.findall(sample.lower())
    if sum(map(len, words)) < rules["least_letters"]:
        return "und"
    english = frozenset(rules["english"])
    share = sum(word in english for word in words) / len(words)
    if share >= rules["english_share"]:
        return "en"
    ranking: list[tuple[str, float]] = identifier().rank(" ".join(words))
    best = ranking[0][0]
    # A Danish sentence is often half Norwegian to the statistics: near relatives count together.
    family = next((set(group) for group in rules["families"] if best in group), {best})
    certainty = sum(float(share) for code, share in ranking if code in family)
    return best if certainty >= rules["least_certainty"] else "und"


def spread(text: str) -> str:
    """A sample from the beginning, the middle and the end: title pages and annexes may be in other languages."""
    third = SAMPLE_CHARACTERS // 3
    if len(text) <= SAMPLE_CHARACTERS:
        return text
    middle = len(text) // 2
    return "\n".join((text[:third], text[middle : middle + third], text[-third:]))


@cache
def identifier() -> Any:
    """py3langid's model, limited to the languages that laws and contracts come in; loads in 0.7 s, once."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    load = getattr(LanguageIdentifier, "from_model_file", None) or LanguageIdentifier.from_pickled_model
    found = load(MODEL_FILE, norm_probs=True)
    found.set_languages(lexicon("languages")["candidates"])
    return found
