"""The log of who did what and who saw what: append-only, each row chained to the one before under a key of its own.

keys       the HMAC key, kept outside the database
chain      append a row inside the caller's write; what a row's hash is made of
heads      the file beside the database that remembers how long the chain was
verify     the chain against its key, its order and its heads
views      who saw which evidence, once per session
remarks    reasons and comments, of which the chain holds the digest
entries    read, filter, search and export, with the reader's rights
"""

from core.audit.chain import append

__all__ = ["append"]
