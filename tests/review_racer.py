"""One reviewer who decides on all there is, from the first to the last: `python -m tests.review_racer DB ID LOG`.

Each decision that was kept is a line of the log, written after it. Killed and started again, it sends the same tokens.
A fourth argument "2/8" leaves it every eighth request from the third on; a fifth names a file for which it waits.
"""

import random
import sys
import time
from contextlib import closing
from pathlib import Path

from core import review
from core.errors import CopilotError
from core.store import Database, connect, rows
from core.types import User

PASSED_OVER = 0.8


def pending(db: Database, item_id: str) -> bool:
    return bool(rows(db, "select 1 from item where id = ? and state = 'submitted'", [item_id]))


def race(path: str, reviewer: str, log: str, share: str = "0/1", go: str = "") -> None:
    """`reviewer` is "r3" or, for a risk reviewer, "k3"."""
    role = "risk reviewer" if reviewer.startswith("k") else "reviewer"
    user = User(id=reviewer, name=reviewer, roles=(role,))
    first, step = map(int, share.split("/"))
    with closing(connect(Path(path), must_exist=True)) as db, Path(log).open("a") as told:
        found = rows(db, "select id, digest from item order by number desc")[first::step]
        chance = random.Random(reviewer)
        while go and not Path(go).exists():
            time.sleep(0.01)
        while found:
            # All go for the same one at the same time, as in one queue. What is gone from it is mostly passed over.
            row = found.pop()
            if chance.random() < PASSED_OVER and not pending(db, row["id"]):
                continue
            try:
                done = review.decide(
                    db, user, row["id"], "accept", shown=row["digest"], token=f"{reviewer}:{row['id']}"
                )
            except CopilotError as error:
                if "busy" in str(error):
                    found.append(row)
                else:
                    print(row["id"], "refused", type(error).__name__, file=told, flush=True)
            else:
                print(row["id"], "replayed" if done.replayed else "decided", done.state, file=told, flush=True)


if __name__ == "__main__":
    race(*sys.argv[1:])
