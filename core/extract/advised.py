"""What a model says about norms that were found: their risk, steps to take, a summary. Checked, then laid over ours.

The model speaks about numbered norms and steps that exist; it cannot add one. It may raise a level, and lower one only
where the built-in's is neither high nor critical. What is malformed is Rejected, and the built-in's result stands.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.extract.actions import NEEDS_APPROVAL
from core.extract.enriched import Remark
from core.extract.questions import (
    Advice,
    Number,
    Numbered,
    Question,
    by_number,
    new_figures,
    norm_text,
    one_line,
    questions,
    step_text,
    words_of,
)
from core.extract.risk import LEVELS, shortened
from core.extract.salvage import Answered, Share, Text, Words, salvage
from core.settings import lexicon
from core.types import DUTIES, Action, Document, Obligation, Rejected, Risk, RiskLevel

NEW_FIGURE = "It holds a figure that the law's words do not."
NO_LINK = "It holds a link: where a reader is sent is no model's to say."
NO_ROLE = "It names an owner who is not one of the roles to choose from."
EMPTY, TOO_LONG = "It is empty.", "It is too long."
NO_BAN = "It turns what is forbidden into something to be done."
NO_SOURCE = "It is about none of the norms that were given."
NO_DUTY = "It claims a duty or a ban, and none of the norms that it cites is one."
TOO_MANY = "There are more sentences than were asked for."
LINK = re.compile(r"\w://|\bwww\.|\bmailto:|\]\(", re.IGNORECASE)


class Level(Numbered):
    """One object of the answer to classify-risk."""

    level: RiskLevel
    confidence: Share
    reason: Remark = ""


class Step(Numbered):
    """One object of the answer to recommend-actions."""

    title: Words
    detail: Words
    owner_role: Text
    priority: RiskLevel


class Told(Answered):
    """One object of the answer to summarise."""

    sentence: Words
    about: tuple[Number, ...]


# --- risk -------------------------------------------------------------------------------------------------------


def risk_questions(
    obligations: Sequence[Obligation], document: Document, count: Callable[[str], int], most_tokens: int
) -> tuple[Question[Obligation], ...]:
    """All norms in as few questions of classify-risk as fit. BadInput when not even one norm does."""
    return tuple(questions(obligations, norm_text, "norms", document, count, most_tokens))


def risks(question: Question[Obligation], answer: str) -> Advice[Obligation]:
    """The norms with the levels that the model gave, as far as it may. Never raises."""
    salvaged = salvage(answer, Level, "risks")
    said, rejected = by_number(salvaged.found, len(question.items))
    items = tuple(
        replace(one, risk=laid_over(one.risk, said[number].level, said[number].reason)) if number in said else one
        for number, one in enumerate(question.items, 1)
    )
    return Advice(items, (*salvaged.rejected, *rejected), len(said))


def laid_over(ours: Risk, level: RiskLevel, reason: str) -> Risk:
    """Our risk at the model's level, its score moved to where that level lies; a high or critical one never falls."""
    settled = level_over(ours.level, level)
    says = f"the model says {level}" + (f": {reason}" if reason else "")
    if settled == ours.level:
        return replace(ours, reasons=(*ours.reasons, says))
    least = lexicon("risk")["levels"]
    higher = LEVELS[LEVELS.index(settled) + 1 :]
    top = least[higher[0]] - 1 if higher else 100
    score = min(max(ours.score, int(least.get(settled, 0))), int(top))
    return Risk(settled, score, (*ours.reasons, says))


def level_over(ours: RiskLevel, theirs: RiskLevel) -> RiskLevel:
    """The model's level, unless it would lower what the built-in says is high or critical."""
    return max(ours, theirs, key=LEVELS.index) if ours in NEEDS_APPROVAL else theirs


# --- actions ----------------------------------------------------------------------------------------------------


def action_questions(
    actions: Sequence[Action],
    obligations: Sequence[Obligation],
    document: Document,
    count: Callable[[str], int],
    most_tokens: int,
) -> tuple[Question[tuple[Action, tuple[Obligation, ...]]], ...]:
    """Each of our steps with the duties it serves, in questions of recommend-actions."""
    by_id = {one.id: one for one in obligations}
    pairs = [(step, tuple(by_id[key] for key in step.obligation_ids if key in by_id)) for step in actions]
    more = {"roles": "\n".join(f"- {role}" for role in roles())}
    return tuple(questions(pairs, step_text, "steps", document, count, most_tokens, more))


def steps(question: Question[tuple[Action, tuple[Obligation, ...]]], answer: str) -> Advice[Action]:
    """Our steps in the model's words: ids, duties, due dates and the law's own words stay ours. Never raises.

    High and critical need approval, whoever says so.
    """
    salvaged = salvage(answer, Step, "steps")
    said, lost = by_number(salvaged.found, len(question.items))
    rejected, taken, items = [*salvaged.rejected, *lost], 0, list[Action]()
    for number, (action, duties) in enumerate(question.items, 1):
        told = said.get(number)
        wrong = wrong_step(told, duties, question.shown[number - 1]) if told else ""
        if told and not wrong:
            action, taken = reworded(action, told), taken + 1
        elif told:
            rejected.append(Rejected(wrong, shortened(told.title, 200)))
        items.append(action)
    return Advice(tuple(items), tuple(rejected), taken)


def reworded(action: Action, told: Step) -> Action:
    level = level_over(action.priority, told.priority)
    return replace(
        action,
        title=one_line(told.title),
        detail=f"{one_line(told.detail)}\n{action.detail}",
        owner_role=told.owner_role,
        priority=level,
        requires_approval=action.requires_approval or level in NEEDS_APPROVAL,
    )


def wrong_step(told: Step, duties: Sequence[Obligation], shown: str) -> str:
    """Why a step in the model's words is not taken; "" when it is."""
    limits = lexicon("prompted")["advised"]
    if not told.title.strip() or not told.detail.strip():
        return EMPTY
    if len(one_line(told.title)) > limits["longest_title"] or len(one_line(told.detail)) > limits["longest_detail"]:
        return TOO_LONG
    if LINK.search(f"{told.title} {told.detail}"):
        return NO_LINK
    if told.owner_role not in roles():
        return NO_ROLE
    if new_figures(f"{told.title} {told.detail}", shown):
        return NEW_FIGURE
    forbids = bool(duties) and all(one.draft.modality == "prohibition" for one in duties)
    return NO_BAN if forbids and not words_of(told.title) & set(limits["keeping_from"]) else ""


def roles() -> tuple[str, ...]:
    """Who may own a step, as actions.toml names them."""
    owner = lexicon("actions")["owner"]
    return tuple(dict.fromkeys([*(topic["role"] for topic in owner["topic"]), owner["otherwise"]]))


# --- summary ----------------------------------------------------------------------------------------------------


def summary_question(
    builtin: str,
    obligations: Sequence[Obligation],
    document: Document,
    count: Callable[[str], int],
    most_tokens: int,
) -> Question[Obligation]:
    """The riskiest norms in the order of the text, and the counted facts, as many as fit. BadInput if none does."""
    most = lexicon("prompted")["advised"]["summary_norms"]
    riskiest = sorted(obligations, key=lambda one: (one.draft.modality not in DUTIES, -one.risk.score))[:most]
    chosen = sorted(riskiest, key=lambda one: one.span.start)
    made = questions(chosen, norm_text, "norms", document, count, most_tokens, {"facts": builtin})
    return next(made, Question((), {}, ()))


def summarised(question: Question[Obligation], builtin: str, answer: str) -> Advice[str]:
    """The sentences that stand, then the built-in summary with its counts; only that when none does. Never raises."""
    salvaged = salvage(answer, Told, "sentences")
    rejected, kept = list(salvaged.rejected), list[str]()
    for told in dict.fromkeys(salvaged.found):
        wrong = wrong_sentence(told, question, builtin, len(kept))
        if wrong:
            rejected.append(Rejected(wrong, shortened(told.sentence, 200)))
        else:
            kept.append(one_line(told.sentence))
    text = f"{' '.join(kept)}\n\n{builtin}" if kept else builtin
    return Advice((text,), tuple(rejected), len(kept))


def wrong_sentence(told: Told, question: Question[Obligation], builtin: str, before: int) -> str:
    """Why a sentence is not taken; "" when it is."""
    limits = lexicon("prompted")["advised"]
    if not told.sentence.strip():
        return EMPTY
    if before >= limits["most_sentences"]:
        return TOO_MANY
    if len(one_line(told.sentence)) > limits["longest_sentence"]:
        return TOO_LONG
    if LINK.search(told.sentence):
        return NO_LINK
    if not told.about or any(not 1 <= number <= len(question.items) for number in told.about):
        return NO_SOURCE
    if new_figures(told.sentence, " ".join((builtin, *(question.shown[number - 1] for number in told.about)))):
        return NEW_FIGURE
    kinds, said = {question.items[number - 1].draft.modality for number in told.about}, words_of(told.sentence)
    claims = said & set(limits["claims_duty"]) and not kinds & set(DUTIES)
    bans = said & set(limits["claims_ban"]) and "prohibition" not in kinds
    return NO_DUTY if claims or bans else ""
