"""Chat models behind one protocol, `core.types.Model`: asked the same way wherever they run, every token counted.

backends    which there are; "backend:name" → a model
llama_cpp   GGUF files inside the worker         ollama     an Ollama server
anthropic   Claude                               openai     any compatible server
scripted    answers from a script, and an echo   hosted     what the two SDKs share
answering   the clock, the end and the JSON of an answer; when to try again
faults      what can go wrong, a sentence each   keys       where API keys are found
catalog     the inventory                        prices     what a call costs
permission  which text may go where              readiness  what each backend needs, and whether it is there
gguf        the header of a file                 weights    files on this machine, by name and digest
download    a large file, resumed and checked    additions  adding, downloading, pulling, as jobs
sandbox     prompts that people try              turns      a fair queue
lines       a server that can be hung up on      modelfile  our models/Modelfile, as Ollama reads it

router      the one door for work: errands in, answers out      attempts   one model asked once
routes      models/routes.toml: tasks, limits, caps             candidates who may be asked, in which order
presence    what is here, remembered for a moment               gates      how many calls at once
rests       models that have just failed                        retracing  spans of calls whose own never came
connections  open ones to the database, lent to one call at a time
ledger      a row for each call                                 budgets    caps, held in the write that begins a call
answers     those that are kept                                 estimates  what calls would take
errands     what goes in and comes out                          sizes      what a model can read and say in one call
masking     what hosted models do not see        counting    how many tokens a text takes
prefixes    what llama.cpp made of fixed prefixes
reviewing   who owns a model, and its vendor review
batches     many questions at once, for half     anthropic_batches  what Anthropic makes of them
benchmark   models measured side by side         measuring  its order of calls, and its figures
machine     the computer that they were measured on
"""

import core.store  # noqa: F401 - first, so that sqlite-utils comes without pandas and numpy
from core.llm.additions import add_file, download_file, pull_model
from core.llm.backends import BACKENDS, open_model
from core.llm.benchmark import (
    Benchmark,
    benchmark_prompts,
    benchmarks,
    expected,
    forget_benchmark,
    one_benchmark,
    start_benchmark,
)
from core.llm.catalog import Entry, address, entries, entry
from core.llm.permission import Decision, allowed
from core.llm.prices import cost
from core.llm.readiness import Health, health, usable
from core.llm.reviewing import answer, reviewed, save_review
from core.llm.sandbox import Trial, ask, decision, forget, trial, trials
from core.llm.weights import Weights, added, waiting
from core.llm.weights import forget as forget_weights

__all__ = [
    "BACKENDS",
    "Benchmark",
    "Decision",
    "Entry",
    "Health",
    "Trial",
    "Weights",
    "add_file",
    "added",
    "address",
    "allowed",
    "answer",
    "ask",
    "benchmark_prompts",
    "benchmarks",
    "cost",
    "decision",
    "download_file",
    "entries",
    "entry",
    "expected",
    "forget",
    "forget_benchmark",
    "forget_weights",
    "health",
    "one_benchmark",
    "open_model",
    "pull_model",
    "reviewed",
    "save_review",
    "start_benchmark",
    "trial",
    "trials",
    "usable",
    "waiting",
]
