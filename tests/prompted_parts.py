"""What tests of a model's reading share: a law of our own, and answers to it as a model would give them."""

import json

from core.extract.enriched import Surroundings
from core.extract.windows import windows
from tests.readings import reading

HARBOUR = """Harbour Rules

Article 1
Definitions
For the purposes of these Rules, ‘pilot’ means a person who is licensed to guide ships.

Article 2
Duties of masters
1. The master of a ship shall report a collision to the harbour office within 24 hours of becoming aware of it, unless nobody was hurt.
2. A master shall not leave the berth before the fees are paid.
3. Each morning the master shall:
(a) inspect the moorings;
(b) count the crew.
4. The master shall keep the log dry. The master shall keep the log dry.

Article 3
The office
1. The harbour office may inspect a ship without notice, as set out in Article 2(1).
2. A pilot is entitled to a fee of 40 crowns.
3. A notice shall be deemed to be served when it is nailed to the mast.
"""  # noqa: E501

REPORT = (
    "The master of a ship shall report a collision to the harbour office within 24 hours of becoming aware of it, "
    "unless nobody was hurt."
)
LEAVE = "A master shall not leave the berth before the fees are paid."
DRY = "The master shall keep the log dry."
VISIT = "The harbour office may inspect a ship without notice, as set out in Article 2(1)."
FEE = "A pilot is entitled to a fee of 40 crowns."
SERVED = "A notice shall be deemed to be served when it is nailed to the mast."


def norm(provision, quote, modality="obligation", **more):
    empty = dict.fromkeys(("lead_in", "bearer", "action", "deadline", "condition", "exception", "reason"), "")
    return {"provision": provision, "quote": quote, "modality": modality, "confidence": 0.9, **empty, **more}


def answer(*norms):
    return json.dumps({"norms": norms}, ensure_ascii=False)


def harbour(most=1_000):
    """(the law, its windows, its surroundings)"""
    law = reading(HARBOUR, type="regulation")
    found = windows(law.document, law.provisions, lambda text: len(text.split()), most)
    return law, found, Surroundings(law.document, law.provisions, law.words)
