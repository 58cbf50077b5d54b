"""Anthropic's Message Batches: many requests handed over at once, answered within a day, at half the price."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from core.errors import CopilotError, NotFound
from core.llm import faults, keys
from core.llm.answering import patiently
from core.llm.anthropic import FINISHES, START, AnthropicModel, usage
from core.llm.hosted import known, opening, reading
from core.types import ChatRequest, Completion

Result = Completion | CopilotError
OVERLOADED = ("overloaded_error", "rate_limit_error")


class AnthropicBatches(AnthropicModel):
    """Answers are not masked back, and their `parsed` is not filled: that needs what was asked."""

    def submit(self, requests: Mapping[str, ChatRequest]) -> str:
        """Hand the requests over, by their custom ids; gives the provider's id of the batch."""
        asked: Any = [{"custom_id": name, "params": self._asked(request)} for name, request in requests.items()]
        return str(patiently(lambda: self._said(lambda: self.client.messages.batches.create(requests=asked))).id)

    def ended(self, provider_id: str) -> bool:
        """Whether every request has its result. NotFound when the provider does not know the batch any more."""
        return bool(self._batch(provider_id).processing_status == "ended")

    def cancel(self, provider_id: str) -> None:
        """Ask for its end: what has not begun is not done. Its results can be had a little later."""
        self._said(lambda: self.client.messages.batches.cancel(provider_id))

    def results(self, provider_id: str) -> Iterator[tuple[str, Result]]:
        """(custom id, answer or what was wrong) of a batch that has ended, in any order."""
        at = self._batch(provider_id).results_url or ""
        if urlsplit(at).hostname != urlsplit(self.url).hostname:  # our key goes with the question
            raise faults.Refused(f"{self.asked}: the results of a batch lie at another host than {self.url}; check it.")
        with reading(self.sdk, self.asked, self.seconds):
            for one in self._said(lambda: self.client.messages.batches.results(provider_id)):
                yield one.custom_id, self._result(one.result)

    def _batch(self, provider_id: str) -> Any:
        try:
            return patiently(lambda: self._said(lambda: self.client.messages.batches.retrieve(provider_id)))
        except faults.ModelMissing as error:
            raise NotFound(f"{self.asked}: Anthropic has this batch no longer; run the analysis again.") from error

    def _said(self, ask: Any) -> Any:
        with opening(self.sdk, self.asked, self.url, keys.VARIABLES["anthropic"], START, self.seconds):
            return ask()

    def _result(self, result: Any) -> Result:
        if result.type == "succeeded":
            return self._completion(result.message)
        if result.type == "expired":
            return faults.TookTooLong(f"{self.asked}: not answered within the day that a batch has; ask again.")
        if result.type == "canceled":
            return faults.Stopped("The batch was cancelled before this was answered; nothing is billed for it.")
        kind = getattr(getattr(getattr(result, "error", None), "error", None), "type", "")
        if kind in OVERLOADED:
            return faults.busy(self.asked, 529 if kind == "overloaded_error" else 429)
        return faults.server_fault(self.asked, 400 if kind == "invalid_request_error" else 500, known(kind))

    def _completion(self, message: Any) -> Completion:
        return Completion(
            text="".join(block.text for block in message.content if block.type == "text"),
            model=self.asked,
            answered_by=message.model,
            finish_reason=FINISHES.get(message.stop_reason, "other"),
            usage=usage(message.usage.model_dump(exclude_none=True)),
            latency_ms=0,  # nobody waited for it
            time_to_first_token_ms=None,
        )
