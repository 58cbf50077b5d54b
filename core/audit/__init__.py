"""The log of who did what and who saw what: append-only, each row chained to the one before under a key of its own.

keys        the HMAC key, kept outside the database
content     what a row may hold: codes and counts, and nobody's words
chain       append a row inside the caller's write; what a row's hash is made of
folding     what was refused; again and again, it is counted
heads       the file beside the database that remembers how long the chain was
saying      reasons and comments, of which the chain holds the digest
views       who saw which evidence, once per session
walking     row by row: what was changed, taken away, put in or moved; problems: what can be wrong, in sentences
proving     remarks against the chain; noted: the chain against the heads; guards: its triggers
verifying   all of that; sealing: where the next verification may begin
standing    rights, requests, decisions, calls and switches as they are, against the last word on each (telling)
mending     guards put back, and an older copy accepted, each told by an entry
outside     the head as a file, kept elsewhere and compared later

Reading the log with a person's rights is in `core.activity`.
"""

from core.audit.chain import append
from core.audit.folding import refused
from core.audit.saying import Remark, remarks, say
from core.audit.views import GUARDED, seen

__all__ = ["GUARDED", "Remark", "append", "refused", "remarks", "say", "seen"]
