"""The only reader and writer of documents and provisions. The user is an argument of all of it, access is inside."""

from core.library.access import found, visible

__all__ = ["found", "visible"]
