"""What a call costs, from the tokens that the provider reported and the inventory's prices."""

from decimal import Decimal

from core.llm.catalog import Entry, Rates
from core.types import Usage

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
