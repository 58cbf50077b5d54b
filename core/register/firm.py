"""What kinds of firm we are: chosen by a person, the same for everybody of the tenant. What applies to us follows.

A finding never changes. Whether it applies is answered anew from its words for the profiles that stand; where none was
ever chosen, the answer is the one that came with the reading.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from core import audit
from core.errors import Conflict
from core.extract import profiles
from core.extract.profiles import Norm
from core.identity import may, require
from core.register.fields import Judge
from core.settings import lexicon, settings
from core.store import now, one, rows, write
from core.types import Applies, Obligation, User


@dataclass(frozen=True, slots=True)
class Firm:
    """`profiles` are keys of `profiles.names()`; `former` those before, None where this is the first choice.

    `number` names the choice, 0 where nobody has made one: then `profiles` is the setting's, and `at`, `by` are empty.
    """

    number: int
    profiles: tuple[str, ...]
    at: str = ""
    by: str = ""
    former: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer depends on of a document."""

    type: str
    applies_to: tuple[str, ...]


def our_firm(db: Database, user: User) -> Firm:
    """The choice that stands for this user's tenant."""
    made = firm_choices(db, user)
    before = made[1].profiles if len(made) > 1 else _default()
    if not made:
        return Firm(0, before)
    return Firm(made[0].number, made[0].profiles, made[0].at, made[0].by, before)


def firm_choices(db: Database, user: User, limit: int = 20) -> list[Firm]:
    """What was chosen, when and by whom, the latest first."""
    if not may(user, "documents.read"):
        return []
    found = rows(db, "select * from firm where tenant = ? order by number desc limit ?", [user.tenant, limit])
    return [Firm(row["number"], _known(row["profiles"]), row["chosen_at"], row["chosen_by"]) for row in found]


def may_choose_firm(user: User) -> bool:
    return may(user, "firm.edit")


def choose_firm(db: Database, user: User, chosen: Sequence[str], *, was: int | None = None) -> Firm:
    """Say what the firm is: any number of profiles, none for none of them. `mark` brings the register up to date.

    `was` is the number of the choice that the person saw: Conflict when somebody chose something else meanwhile.
    """
    require(user, "firm.edit")
    wanted = profiles.kinds(",".join(chosen))
    with write(db):
        stands = our_firm(db, user)
        if was is not None and was != stands.number and wanted != stands.profiles:
            raise Conflict(f"{stands.by} chose “{named(stands.profiles)}” meanwhile; look at it again.")
        if wanted != stands.profiles or not stands.number:
            db.execute(
                "insert into firm (tenant, profiles, chosen_by, chosen_at) values (?, ?, ?, ?)",
                [user.tenant, json.dumps(wanted), user.id, now()],
            )
            audit.append(db, user, "firm.chosen", "firm", profiles=wanted)
    return our_firm(db, user)


def named(chosen: Sequence[str]) -> str:
    """As screens say it: "Payment institution, Data controller"."""
    names = profiles.names()
    return ", ".join(names.get(key, key) for key in chosen) or "none"


def profiles_of(db: Database, tenant: str) -> tuple[str, ...] | None:
    """What counts for the documents of a tenant; None where nobody has chosen and the setting names none."""
    latest = one(db, "select profiles from firm where tenant = ? order by number desc limit 1", [tenant])
    return _known(latest["profiles"]) if latest else _default() or None


def source(db: Database, document_id: str) -> tuple[Source, tuple[str, ...] | None]:
    """What answers for a document depend on. The caller has checked that somebody may see it, or shows nothing."""
    row = one(db, "select tenant, type, applies_to from document where id = ?", [document_id])
    if row is None:  # deleted in this very moment
        return Source("", ()), None
    return Source(row["type"], tuple(json.loads(row["applies_to"]))), profiles_of(db, row["tenant"])


def judge(db: Database, document_id: str) -> Judge:
    """Gives for an obligation of this document, as it stands, whether it applies to us."""
    about, chosen = source(db, document_id)
    if chosen is None:
        return lambda found: found.applies
    known: dict[Norm, Applies] = {}

    def answer(found: Obligation) -> Applies:
        norm = profiles.norm_of(found)
        key = norm if profiles.is_owed(norm) else Norm(norm.bearer, norm.modality)
        if key not in known:
            known[key] = profiles.binds(key, about, chosen)
        return known[key]

    return answer


def stamp_of(chosen: Sequence[str] | None) -> str:
    """Changes when the profiles or the word lists do; "" where nothing is chosen."""
    if chosen is None:
        return ""
    words = json.dumps(lexicon("profiles"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{json.dumps(chosen)}\n{words}".encode("utf-8", "replace")).hexdigest()[:32]


def put_stamp(db: Database, document_id: str) -> None:
    """The register says of the whole document what applies as of now. Inside a write."""
    _, chosen = source(db, document_id)
    db.execute(
        "insert into register_stamp values (?, ?) on conflict do update set stamp = excluded.stamp",
        [document_id, stamp_of(chosen)],
    )


def _known(kept: str) -> tuple[str, ...]:
    """Without what the word list does not have any more: its owner may have taken it out."""
    names = profiles.names()
    return tuple(key for key in json.loads(kept) if key in names)


def _default() -> tuple[str, ...]:
    return profiles.kinds(settings().profile)
