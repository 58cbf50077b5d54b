"""Caps on what models may cost, and how much of them is spent. The sums are the ledger's; days and months are UTC."""

from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from core.llm.errands import Estimate
from core.llm.faults import OverBudget
from core.llm.routes import Budgets
from core.migrations import calls
from core.store import now, one

CENT = Decimal("0.01")
PICO = Decimal(10) ** -12
# Of a run: its calls' costs, and what is put aside for those of which the cost is not known (yet).
RUN = f"select coalesce(sum({calls.USD.format('model_call')}), 0) as taken from model_call where job_id = ?"
SPENT = "select coalesce(sum(pico_usd), 0) as taken from model_spend where tenant = ? and day >= ?"
TOKENS = "select coalesce(sum(unpriced_tokens), 0) as taken from model_spend where tenant = ? and day >= ?"


@dataclass(frozen=True, slots=True)
class Spender:
    """Whose budgets a call counts against."""

    tenant: str
    user_hash: str
    job_id: str | None = None
    run_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """A cap and what is spent of it, in USD, or in tokens where `unit` says so. `name` as in models/routes.toml."""

    name: str
    title: str
    cap: Decimal
    spent: Decimal
    unit: str = "USD"

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.cap - self.spent)


def spent(db: Database, caps: Budgets, who: Spender) -> tuple[Budget, ...]:
    """Each cap that holds for a call, the narrowest first. Without a job, the call is a run of its own."""
    day, month = now()[:10], now()[:7]
    run = caps.run_usd if who.run_usd is None else min(caps.run_usd, who.run_usd)
    taken = _usd(db, RUN, [who.job_id]) if who.job_id else Decimal(0)
    return (
        Budget("run_usd", "this run's budget", run, taken),
        Budget("user_day_usd", "your budget for today", caps.user_day_usd,
               _usd(db, f"{SPENT} and user_hash = ?", [who.tenant, day, who.user_hash])),
        Budget("day_usd", "today's budget", caps.day_usd, _usd(db, SPENT, [who.tenant, day])),
        Budget("month_usd", "this month's budget", caps.month_usd, _usd(db, SPENT, [who.tenant, month])),
    )  # fmt: skip


def spent_tokens(db: Database, caps: Budgets, tenant: str) -> Budget:
    """Tokens of models whose price is unknown, today."""
    row = one(db, TOKENS, [tenant, now()[:10]]) or {"taken": 0}
    title = "today's tokens for models of unknown price"
    return Budget("unpriced_day_tokens", title, Decimal(caps.unpriced_day_tokens), Decimal(row["taken"]), "tokens")


def require(db: Database, caps: Budgets, who: Spender, usd: Decimal | None, tokens: int) -> None:
    """OverBudget when a call that may take so much would go over a cap. `usd` None: its price is unknown.

    Call it inside the write that starts the call: no other process can then reserve between the look and the row.
    """
    if usd == 0:
        return  # what is free is never held back
    known = (spent_tokens(db, caps, who.tenant),) if usd is None else spent(db, caps, who)
    wanted = Decimal(tokens) if usd is None else usd
    for budget in known:
        if budget.spent + wanted > budget.cap:
            raise OverBudget(_sentence(budget, wanted, who))


def warning(db: Database, caps: Budgets, who: Spender, whole: Estimate) -> str | None:
    """What somebody should know who begins what may reach a cap; None where none is near. By what is spent by now."""
    if whole.cost_usd == 0:
        return None
    most = whole.most or whole
    for known in (spent_tokens(db, caps, who.tenant),) if whole.cost_usd is None else spent(db, caps, who):
        tokens = known.unit == "tokens"
        likely = Decimal(whole.input_tokens + whole.output_tokens) if tokens else whole.cost_usd or Decimal(0)
        highest = Decimal(most.input_tokens + most.output_tokens) if tokens else most.cost_usd or likely
        if highest > known.left:
            will = "It is likely to stop" if likely > known.left else "It may stop"
            return (
                f"{will} before its end: {_amount(_cents(known.left), known.unit)} {known.unit} are left of"
                f" {known.title}, and it may take up to {_amount(_cents(highest), known.unit)}. What is done by then is"
                " kept, and it can go on."
            )
    return None


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT) if value >= CENT else value


def _sentence(full: Budget, wanted: Decimal, who: Spender) -> str:
    own = full.name == "run_usd" and who.run_usd is not None and full.cap == who.run_usd
    how = "allow this run more" if own else f"raise {full.name} in models/routes.toml"
    return (
        f"{full.title[0].upper()}{full.title[1:]} does not hold this call: {_amount(full.spent, full.unit)} of "
        f"{_amount(full.cap, full.unit)} {full.unit} are spent or put aside, and the call may take"
        f" {_amount(wanted, full.unit)}; {how}, or choose a model without charge."
    )


def _amount(value: Decimal, unit: str) -> str:
    if unit == "tokens":
        return f"{value:,.0f}"
    return f"{value:.2f}" if value == value.quantize(CENT) else f"{value.normalize():f}"


def _usd(db: Database, sql: str, parameters: list[str]) -> Decimal:
    row = one(db, sql, parameters) or {"taken": 0}
    return (int(row["taken"]) * PICO).normalize()
