"""The job "analyse": a stored document is read by a language model, window by window, beside the built-in reading."""

from sqlite_utils import Database

from core import jobs
from core.types import User


def analyse(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "analyse"."""
    raise NotImplementedError
