"""Numbers as law spells them."""

_FIRST = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen"""
WORDS = {word: value for value, word in enumerate(_FIRST.split(), 1)} | {
    "twenty": 20, "twenty-one": 21, "twenty-four": 24, "twenty-five": 25, "twenty-eight": 28, "thirty": 30,
    "thirty-five": 35,
    "thirty-six": 36, "forty": 40, "forty-five": 45, "forty-eight": 48, "fifty": 50, "sixty": 60, "seventy": 70,
    "seventy-two": 72, "eighty": 80, "ninety": 90,
}  # fmt: skip
_NAMES = "january february march april may june july august september october november december"
MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_NTH = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
ORDINALS = {word: value for value, word in enumerate(_NTH.split(), 1)} | {"thirtieth": 30}
ORDINAL_WORD = "|".join(sorted(ORDINALS, key=len, reverse=True))
# Longest first, so that "twenty-four" is not read as "twenty".
NUMBER_WORD = "|".join(sorted(WORDS, key=len, reverse=True))


def number(word: str) -> int:
    """The value of digits or of a word in WORDS, in any case."""
    return int(word) if word.isdigit() else WORDS[word.lower()]


def nth(word: str) -> int:
    """The value of "fifth", "5th" or "5"."""
    low = word.lower()
    return ORDINALS[low] if low in ORDINALS else int(low.rstrip("stndrh"))
