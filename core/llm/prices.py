"""What a call costs, from the tokens that the provider reported and the inventory's prices."""

from decimal import Decimal
from typing import TypeVar

from core.llm.catalog import Entry, Rates
from core.types import Usage

AnyRates = TypeVar("AnyRates", bound=Rates)
MILLION = Decimal(1_000_000)


def cost(usage: Usage | None, entry: Entry) -> Decimal | None:
    """USD; None where the price, or what was used, is not known. Unknown is never zero."""
    if usage is None or entry.prices is None:
        return None
    rates: Rates = entry.prices
    if entry.prices.long is not None and usage.input_tokens > (entry.prices.long_over or 0):
        rates = entry.prices.long
    parts = (
        (usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens, rates.input),
        (usage.cached_tokens, rates.cached),
        (usage.cache_write_tokens, rates.cache_write),
        (usage.output_tokens, rates.output),
    )
    total = Decimal(0)
    for tokens, rate in parts:
        if tokens and rate is None:
            return None
        total += tokens * (rate or Decimal(0)) / MILLION
    return total


def batched(entry: Entry) -> Entry:
    """The entry at its provider's price for calls in a batch; without a price where that is not known."""
    if entry.prices is None or entry.prices.batch_discount is None:
        return entry.model_copy(update={"prices": None})
    share = 1 - entry.prices.batch_discount
    long = None if entry.prices.long is None else _scaled(entry.prices.long, share)
    prices = _scaled(entry.prices, share).model_copy(update={"long": long, "batch_discount": Decimal(0)})
    return entry.model_copy(update={"prices": prices})


def _scaled(rates: AnyRates, share: Decimal) -> AnyRates:
    known = {name: getattr(rates, name) for name in Rates.model_fields}
    return rates.model_copy(update={name: rate * share for name, rate in known.items() if rate is not None})


def free(entry: Entry) -> bool:
    """Whether the inventory says that its tokens are without charge; an unknown price is not that."""
    if entry.prices is None or entry.prices.long is not None:
        return False
    rates = (entry.prices.input, entry.prices.output, entry.prices.cached, entry.prices.cache_write)
    return not any(rates)


def most(input_tokens: int, output_tokens: int, entry: Entry) -> Decimal | None:
    """The most that a call of this size can cost, in USD: nothing read from a cache, all of the input written to it."""
    if entry.prices is None:
        return None
    rates: Rates = entry.prices
    if entry.prices.long is not None and input_tokens > (entry.prices.long_over or 0):
        rates = entry.prices.long
    return (input_tokens * max(rates.input, rates.cache_write or rates.input) + output_tokens * rates.output) / MILLION
