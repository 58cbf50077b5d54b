"""Is a model's reading of a window good enough, or should a stronger model read it again?"""

from collections.abc import Iterator

from core.extract.enriched import WindowReading
from core.extract.ground import Grounded
from core.extract.missed import Missed
from core.extract.windows import Window
from core.settings import lexicon


def weak(window: Window, reading: WindowReading, grounded: Grounded, missed: Missed) -> tuple[str, ...]:
    """Why a stronger model should read this window, a sentence each; () when the reading is good.

    Pure counts against the thresholds of prompted.toml; nothing of the text or the answer is in the reasons.
    """
    return tuple(reasons(window, reading, grounded, missed))


def reasons(window: Window, reading: WindowReading, grounded: Grounded, missed: Missed) -> Iterator[str]:
    limits = lexicon("prompted")["weak"]
    found, lost = len(grounded.obligations), len(grounded.ungrounded)
    read = len(reading.drafts) + len(reading.statements) + reading.repeated
    if found + lost and found / (found + lost) < limits["grounded_share"]:
        yield f"{lost} of {found + lost} quotes are not in the text."
    if found and (sure := sum(one.confidence for one in grounded.obligations) / found) < limits["mean_confidence"]:
        yield f"The model is sure to {sure:.0%} on average."
    if reading.rejected and len(reading.rejected) / (read + len(reading.rejected)) > limits["rejected_share"]:
        yield f"{len(reading.rejected)} of {read + len(reading.rejected)} objects could not be read."
    if reading.repeated and reading.repeated / read > limits["repeated_share"]:
        yield f"{reading.repeated} of {read} objects repeat another."
    still = len(missed.sentences)
    if still >= limits["fewest_sentences"] and 1 - still / missed.total < limits["covered_share"]:
        yield f"{still} of {missed.total} sentences that look like norms are not accounted for."
