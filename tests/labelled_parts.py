"""A server that replays a labelled reading of a document, with mistakes planted in it, and counts what it said."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.types import Obligation
from tests import model_servers
from tests.analysing_parts import norm, versed

MARK = re.compile(r"\b(?:shall|must)\b")
PATHS = re.compile(r"^((?:Article|Annex|Section|Point)\b[^\n]{0,40}|\d[\d.]{0,8}(?:\([a-z]\))?)$", re.MULTILINE)
OPEN = re.compile(r"^(\d+)\. (?P<path>[^\n]*)\n(?:In the list that begins: [^\n]*\n)?(?P<text>.*?)(?=\n\n\d+\. |\Z)", re.DOTALL | re.MULTILINE)  # fmt: skip # noqa: E501
MALFORMED = '{"provision": "Article 1(1)", "quote": "a stray " mark", "modality": "obligation"}'


@dataclass(frozen=True)
class Label:
    id: str
    path: str
    norm: dict[str, Any]

    @property
    def quote(self) -> str:
        return str(self.norm["quote"])


def labels(found: Sequence[Obligation]) -> list[Label]:
    """What a careful reader would say of each norm, with the id that it has when it is found again."""
    return [
        Label(
            one.id,
            one.draft.provision.path,
            norm(
                one.draft.provision.path, one.draft.quote.text, modality=one.draft.modality,
                bearer=one.draft.bearer.text, action=one.draft.action,
                lead_in=one.draft.lead_in.text if one.draft.lead_in else "",
            ),
        )
        for one in found
    ]  # fmt: skip


@dataclass
class Reported:
    """What the server said that it took, call by call."""

    calls: list[Counter[str]] = field(default_factory=list)

    def next(self, **shares: int) -> Counter[str]:
        """Numbers of the next call; no two calls have the same."""
        n = len(self.calls) + 1
        said = Counter({"new": 101 + 7 * n, "read": 900 + n, "written": 13 * n, "out": 50 + 3 * n})
        self.calls.append(Counter({name: said[name] * shares.get(name, 1) for name in said}))
        return self.calls[-1]

    @property
    def total(self) -> Counter[str]:
        return sum(self.calls, Counter())


def claude(text: str, reported: Reported) -> model_servers.Reply:
    n = reported.next()
    usage = {
        "input_tokens": n["new"], "cache_read_input_tokens": n["read"], "cache_creation_input_tokens": n["written"],
        "output_tokens": n["out"],
    }  # fmt: skip
    return model_servers.claude(text, usage=usage)


def openai(text: str, reported: Reported) -> model_servers.Reply:
    n = reported.next(written=0)
    read = n["new"] + n["read"]
    counted = {
        "prompt_tokens": read, "completion_tokens": n["out"], "total_tokens": read + n["out"],
        "prompt_tokens_details": {"cached_tokens": n["read"]},
    }  # fmt: skip
    return model_servers.openai_chat(text, counted=counted)


def ollama(text: str, reported: Reported) -> model_servers.Reply:
    n = reported.next(read=0, written=0)
    return model_servers.ollama_chat(text, prompt_tokens=n["new"], answer_tokens=n["out"])


class Replaying:
    """Answers windows with the labels that stand in them, and plants a mistake of each kind; answers the other prompts
    soundly. `planted` counts what was put in, `said` holds the ids of the labels that were quoted as they stand.
    """

    def __init__(self, known: Sequence[Label], say: Callable[[str, Reported], model_servers.Reply]) -> None:
        self.known, self.say = known, say
        self.reported, self.planted = Reported(), Counter[str]()
        self.said: set[str] = set()
        self.silent: set[str] = set()  # labels whose sentence the second pass leaves without an answer
        self.again: list[Label] = []
        self.moved: list[Label] = []
        self.dated: list[Label] = []
        self._lock = threading.Lock()

    def __call__(self, handler: Any) -> None:
        if "messages" not in handler.body:
            return model_servers.answer(200, {"models": [], "data": [{"id": "served"}]})(handler)
        content = handler.body["messages"][-1]["content"]
        message = content if isinstance(content, str) else "".join(part["text"] for part in content)
        with self._lock:
            self.planted["calls"] += 1
            reply = self.say(self.answer(message), self.reported)
        reply(handler)

    def answer(self, message: str) -> str:
        if "Decide for each of these sentences" in message:
            return self.verdicts(message)
        if "Find the norms in these provisions" in message:
            return self.window(message)
        return versed(message)

    def window(self, message: str) -> str:
        here = [one for one in self.known if f"\n{one.path}\n" in message and one.quote in message]
        self.planted["windows"] += 1
        alone = [one for one in here if self.stands_alone(one)]
        rows = {one.id: [json.dumps(one.norm, ensure_ascii=False)] for one in here}
        said = {one.id for one in here}
        for one, plant in zip(
            alone, (self.left_out, self.paraphrased, self.moved_away, self.made_up_time, self.worn), strict=False
        ):
            rows[one.id] = plant(one, here, said)
        if here:
            self.planted["repeated"] += 2 * len(rows[here[-1].id])  # none where it is left out
            rows[here[-1].id] *= 3
        self.said |= said
        flat = [row for kept in rows.values() for row in kept]
        flat[len(flat) // 2 : len(flat) // 2] = [MALFORMED, *self.inventions(here, message)]
        self.planted["rejected"] += 1
        return '{"norms": [' + ", ".join(flat) + "]}"

    def stands_alone(self, one: Label) -> bool:
        """Whether its sentence is left open when it is not said: the mark is its own, and nothing else covers it."""
        others = [other for other in self.known if other is not one and other.path == one.path]
        return not one.norm["lead_in"] and bool(MARK.search(one.quote)) and not others

    def inventions(self, here: Sequence[Label], message: str) -> list[str]:
        path = here[0].path if here else "Article 1"
        number = self.planted["windows"]
        made_up = norm(path, f"The firm shall keep {number} spare ledgers in a vault of brass and feed the gulls.")
        self.planted["ungrounded"] += 1
        self.planted["rejected"] += 1
        return [json.dumps(made_up), json.dumps({**made_up, "confidence": 7})]

    def left_out(self, one: Label, here: Sequence[Label], said: set[str]) -> list[str]:
        said.discard(one.id)
        self.again.append(one)
        return []

    def paraphrased(self, one: Label, here: Sequence[Label], said: set[str]) -> list[str]:
        said.discard(one.id)
        self.again.append(one)
        self.planted["ungrounded"] += 1
        words = (
            f"In broad terms it falls to {one.norm['bearer']} to see to it, as far as can be, that things are right."
        )
        return [json.dumps({**one.norm, "quote": words}, ensure_ascii=False)]

    def moved_away(self, one: Label, here: Sequence[Label], said: set[str]) -> list[str]:
        self.moved.append(one)
        other = next((other.path for other in here if other.path != one.path), "Article 999")
        return [json.dumps({**one.norm, "provision": other}, ensure_ascii=False)]

    def made_up_time(self, one: Label, here: Sequence[Label], said: set[str]) -> list[str]:
        self.dated.append(one)
        return [json.dumps({**one.norm, "deadline": "within 17 leap years"}, ensure_ascii=False)]

    def worn(self, one: Label, here: Sequence[Label], said: set[str]) -> list[str]:
        """As a model copies it: other quotation marks, dashes and white space."""
        quote = one.quote.replace(" ", "\n ").replace("’", "'").replace("‘", "'").replace("–", "-")
        self.planted["worn"] += 1
        return [json.dumps({**one.norm, "quote": quote}, ensure_ascii=False)]

    def verdicts(self, message: str) -> str:
        self.planted["questions"] += 1
        rows = [json.dumps({**VERDICT, "number": 999})]
        self.planted["rejected"] += 1
        for found in OPEN.finditer(message.partition("The sentences:")[2]):
            rows += self.verdict(int(found[1]), found["path"], found["text"])
        return '{"sentences": [' + ", ".join(rows) + "]}"

    def verdict(self, number: int, path: str, text: str) -> list[str]:
        mine = [one for one in self.again if path.startswith(one.path) and one.quote.strip() in text]
        self.planted["asked again"] += 1
        if not mine:
            return [json.dumps({**VERDICT, "number": number})]
        if not self.silent:
            self.silent = {one.id for one in mine}
            return []
        self.said |= {one.id for one in mine}
        self.planted["second pass"] += len(mine)
        return [
            json.dumps(
                {
                    **{name: value for name, value in one.norm.items() if name != "provision"},
                    "number": number, "norm": True, "kind": "norm",
                },
                ensure_ascii=False,
            )
            for one in mine
        ]  # fmt: skip


VERDICT = {
    "number": 0, "norm": False, "kind": "condition", "modality": "none", "quote": "", "lead_in": "", "bearer": "",
    "action": "", "deadline": "", "condition": "", "exception": "", "confidence": 0.9, "reason": "It binds nobody.",
}  # fmt: skip
