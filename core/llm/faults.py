"""What can go wrong with a model, each as one sentence: which model, what happened, what to do next."""

from core.errors import BadInput, CopilotError, Missing, NotAllowed, NotFound


class KeyMissing(Missing):
    """The backend needs an API key and none was found."""


class KeyRefused(NotAllowed):
    """The server does not accept the key, or the key may not use this model."""


class Refused(NotAllowed):
    """The inventory does not allow this text to go to this model."""


class ModelMissing(NotFound):
    """The server, or this machine, does not have the model."""


class Unreachable(CopilotError):
    """Nothing answers at the server's address."""


class Busy(CopilotError):
    """Rate limit or overload. `retry_after` is how many seconds the server asks to wait, None if it does not say.

    `begun`: it said so in the middle of its answer, which may be billed.
    """

    def __init__(self, sentence: str, retry_after: float | None = None, *, begun: bool = False) -> None:
        super().__init__(sentence)
        self.retry_after, self.begun = retry_after, begun


class BrokenOff(CopilotError):
    """The connection ended in the middle of an answer. It is not tried again: that would be paid twice."""


class TookTooLong(CopilotError):
    """The model did not finish within the time that settings allow."""


class TooLong(BadInput):
    """The prompt and the room for its answer do not fit into the model's context."""


class ServerFault(CopilotError):
    """The server answered with an error of its own."""


class BadWeights(BadInput):
    """The weights are no usable GGUF file, changed since they were added, or do not fit into memory."""


def key_refused(model: str, key: str) -> KeyRefused:
    return KeyRefused(f"{model}: the server does not accept the key in {key}; check it and its rights.")


def unreachable(model: str, address: str, start: str) -> Unreachable:
    return Unreachable(f"{model}: nothing answers at {address}; {start}, then try again.")


def no_credit(model: str) -> KeyRefused:
    return KeyRefused(f"{model}: the account at its provider has no credit left; top it up, or choose another model.")


def busy(model: str, status: int, retry_after: float | None = None, *, begun: bool = False) -> Busy:
    """For 429 (rate limit), 503 and 529 (overload). `retry_after` in seconds."""
    why = "the rate limit is reached" if status == 429 else "the server is overloaded"
    when = f"in {retry_after:.0f} s" if retry_after else "in a minute"
    return Busy(f"{model}: {why} ({status}); try again {when}.", retry_after, begun=begun)


def broken_off(model: str) -> BrokenOff:
    return BrokenOff(f"{model}: the connection broke off in the middle of the answer; what came is kept, try again.")


def hung_up(model: str) -> BrokenOff:
    """After it had the prompt: whether it was worked on, and is billed, nobody here knows."""
    return BrokenOff(f"{model}: the server took the prompt and closed the connection; check its log, or try again.")


def reported(model: str, kind: str = "") -> ServerFault:
    """An error that came in the answer's place, or in its middle. `kind` as for `server_fault`."""
    said = f" ({kind})" if kind else ""
    return ServerFault(f"{model}: the server reported an error while it answered{said}; check its log, or try again.")


def form_refused(model: str) -> ServerFault:
    return ServerFault(
        f"{model}: the server does not take the form in which the answer is asked for; change `structured` of its entry"
        " in models/catalog.toml."
    )


def no_memory(model: str) -> BadWeights:
    return BadWeights(f"{model}: its server has too little memory for it; free some there, or choose a smaller model.")


def garbled(model: str) -> ServerFault:
    return ServerFault(f"{model}: what the server sends is no answer of this kind of server; check its address.")


def took_too_long(model: str, seconds: float) -> TookTooLong:
    return TookTooLong(
        f"{model}: no complete answer within {seconds:.0f} s; ask for less, or allow more with "
        "COPILOT_MODEL_TIMEOUT_SECONDS."
    )


def too_long(model: str, needed: int, answer: int, context: int) -> TooLong:
    return TooLong(
        f"{model}: the prompt has about {needed:,} tokens and the answer may take {answer:,}, but the context holds "
        f"{context:,}; shorten the text or the answer, or choose a model with a larger context."
    )


def endless(model: str, most: int) -> ServerFault:
    return ServerFault(f"{model}: the answer did not end at the {most:,} tokens that it may have; it was cut off.")


def overflow(model: str) -> TooLong:
    return TooLong(f"{model}: the text does not fit into the model's context; shorten it, or choose a larger context.")


def model_missing(model: str, how: str) -> ModelMissing:
    return ModelMissing(f"{model}: the server does not have this model; {how}.")


def server_fault(model: str, status: int, kind: str = "") -> ServerFault:
    """`kind` is the server's own word for it. Never its message, which may quote the prompt."""
    said = f" ({kind})" if kind else ""
    return ServerFault(f"{model}: the server answered with error {status}{said}; check its log, or try again.")


# --- of the router ----------------------------------------------------------------------------------------------


class OverBudget(NotAllowed):
    """A cap of models/routes.toml is reached; nothing was sent."""


class NoAnswer(CopilotError):
    """No model that may see the text gave an answer; the message says what each said."""


class Stopped(CopilotError):
    """Whoever asked wants no answer any more; nothing of this call is kept."""


class ModelStopped(CopilotError):
    """Somebody stopped this model for everybody."""


class Declined(CopilotError):
    """The model answered that it will not."""


def declined(model: str) -> Declined:
    return Declined(f"{model}: the model declined to answer; choose another model for this text.")
