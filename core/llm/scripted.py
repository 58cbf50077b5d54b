"""Models that need no model: one that answers from a script, for tests, and one that echoes, for a first look."""

from collections.abc import Generator, Iterable

from core.errors import BadInput
from core.llm.answering import Ending, answered, drain
from core.settings import Settings
from core.types import ChatRequest, Completion, Usage

WORD = 4  # characters that count as one token here


class ScriptedModel:
    """Gives its answers in order; one that is an error is raised. Keeps the requests it got. It does not think."""

    def __init__(self, answers: Iterable[str | Exception], name: str = "scripted:script") -> None:
        self.answers = iter(answers)
        self.name = name
        self.requests: list[ChatRequest] = []

    def complete(self, request: ChatRequest) -> Completion:
        return drain(self.stream(request))

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        self.requests.append(request)
        return answered(self.name, request, self._pieces(request), timeout_seconds=60)

    def _pieces(self, request: ChatRequest) -> Generator[str, None, Ending]:
        answer = next(self.answers, None)
        if answer is None:
            raise BadInput(f"{self.name}: the script has no answer left; add one.")
        if isinstance(answer, Exception):
            raise answer
        return (yield from spelled(request, answer, self.name))


class EchoModel:
    """Answers with the last message it got: to see how the screens work on a machine without any model."""

    def __init__(self, name: str, settings: Settings) -> None:
        if name != "echo":
            raise BadInput(f"There is no scripted model {name!r}; scripted:echo is the one there is.")
        self.name = f"scripted:{name}"
        self.timeout = settings.model_timeout_seconds

    def complete(self, request: ChatRequest) -> Completion:
        return drain(self.stream(request))

    def stream(self, request: ChatRequest) -> Generator[str, None, Completion]:
        return answered(self.name, request, spelled(request, request.messages[-1].content, self.name), self.timeout)


def spelled(request: ChatRequest, answer: str, name: str) -> Generator[str, None, Ending]:
    """An answer in pieces of a token, cut at the most tokens that were asked for."""
    most = request.max_output_tokens * WORD
    for start in range(0, min(len(answer), most), WORD):
        yield answer[start : min(start + WORD, most)]
    asked = sum(len(message.content) for message in request.messages) + len(request.system)
    usage = Usage(-(-asked // WORD), -(-min(len(answer), most) // WORD))
    return Ending("length" if len(answer) > most else "stop", usage, name)
