"""No regular expression that reads a document takes more than linear time, whatever the document says.

Every compiled pattern of the reading rooms runs over long runs of what confuses patterns, in a process of its own with
a time limit: four times the text may not take much more than four times as long.
"""

import json
import subprocess
import sys

LIMIT_SECONDS = 600
CHILD = r"""
import importlib, json, pkgutil, re, time
import core.extract, core.ingest, core.language, core.scan

SHORT, LONG, NOTICED, MOST = 600, 2400, 0.08, 10
SEEDS = [
    " ", "1", "a ", "((", "(a) ", "1, ", "1.1.", "(1)(a)", "IV", "\n ", "a.", "Aa ", "| ", ". ", "a-", "'", "‘", "at ",
    "for a period of ", "points (a), (b) and ", "Article 5(1), ", "the first subparagraph of ",
    "section 1, ", "of the ", "not later than ",
    "January 1, ", "Regulation (EU) ", "if a and ", "and, where ", "a@", "http://a.", "0x", "\u200b",
]
patterns = {}

def keep(name, value):
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        patterns[name] = value
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value):
            keep(f"{name}[{number}]", one)
    elif isinstance(value, dict):
        for key, one in value.items():
            keep(f"{name}[{key}]", one)

for room in (core.language, core.extract, core.ingest, core.scan):
    for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            keep(f"{found.name}.{name}", value)
            cached = hasattr(value, "cache_info") and getattr(value, "__module__", "") == found.name
            if cached and value.__wrapped__.__code__.co_argcount == 0:
                keep(f"{found.name}.{name}()", value())

def seconds(pattern, text):
    # Of the processor. What is noticed is measured again: the next time nothing else comes between.
    taken = []
    while len(taken) < 3 and min(taken, default=1) > NOTICED:
        start = time.process_time()
        for _ in pattern.finditer(text):
            pass
        taken.append(time.process_time() - start)
    return min(taken)

slow = []
for name, pattern in patterns.items():
    for seed in SEEDS:
        long = seconds(pattern, (seed * LONG)[:LONG] + "!")
        if long > NOTICED and long > MOST * seconds(pattern, (seed * SHORT)[:SHORT] + "!"):
            slow.append([name, seed, round(long, 2)])
print(json.dumps({"patterns": len(patterns), "slow": slow}))
"""


def test_no_pattern_is_slower_than_its_text_is_long():
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["patterns"] > 200
    assert told["slow"] == []
