"""A small control library and people around it: what the tests of controls stand on."""

from collections.abc import Iterable

from core import controls, store
from core.identity import local_user
from core.types import User
from tests.register_parts import NOTIFY, RECORD, analysed, database, id_of

__all__ = [
    "ADA",
    "BOB",
    "CSV",
    "NOTIFY",
    "RECORD",
    "analysed",
    "control_id",
    "database",
    "id_of",
    "library_yaml",
    "stocked",
]

ADA = local_user()
BOB = User(id="bob", name="Bob", roles=("analyst", "reviewer"))
CSV = (
    "ref,name,description,category,topic,owner,frequency,evidence,terms\n"
    "C1,Incident register,Each incident is kept in a register,process,Incident reporting,CISO,daily,Register,"
    '"record incident, keep a record, register"\n'
    "C2,Notification of incidents,The authority is notified within 72 hours,procedure,Incident reporting,CISO,"
    'per incident,Receipts,"notify authority, incident, 72 hours, becoming aware"\n'
    'C3,Training,Staff are trained each year,process,Training,HR,yearly,Lists,"training, staff, warn staff"\n'
)


def library_yaml(*controls: str, urn: str = "urn:test:library:small", more: str = "") -> bytes:
    """A library in the form of CISO Assistant; each control is "REF|name|description"."""
    lines = [f"urn: {urn}", "locale: en", "ref_id: small", "name: Small library", "version: 2", "objects:"]
    lines.append("  reference_controls:")
    for one in controls:
        ref, name, description = one.split("|")
        lines += [f"  - urn: {urn}:{ref.lower()}", f"    ref_id: {ref}", f"    name: {name}", "    category: process"]
        lines += ["    csf_function: respond", f"    description: {description}"]
        lines += ["    annotation: |", "      Topic: Incident reporting", "      Owner: CISO", "      Terms: incident"]
    return "\n".join([*lines, more]).encode()


def stocked(db: store.Database, user: User = ADA, text: str = CSV) -> controls.Library:
    """The small library imported and matched with what is on the shelf."""
    done = controls.import_library(db, user, text.encode(), "small.csv")
    controls.suggest(db, user)
    return done.library


def control_id(db: store.Database, ref: str, user: User = ADA) -> str:
    return controls.control(db, user, ref).id


def refs(found: Iterable[controls.Suggestion]) -> list[str]:
    return [one.ref for one in found]
