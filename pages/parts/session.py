"""Who asks, and one database connection for one rerun. Nothing of either is kept between reruns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlite_utils import Database

from core import identity, store
from core.settings import settings
from core.types import User


def user() -> User:
    return identity.local_user()


@contextmanager
def database() -> Iterator[Database]:
    """A connection for this rerun, closed after it whatever ends it: Streamlit ends one by a BaseException."""
    db = store.connect(settings().database)
    try:
        yield db
    finally:
        db.close()


def later(make: Callable[[Database, User], bytes]) -> Callable[[], bytes]:
    """For a download that is made when it is clicked: it runs after the page's connection is closed, on its own."""
    who = user()

    def made() -> bytes:
        with database() as db:
            return make(db, who)

    return made
