"""The demo is made by the program's own functions, once, in a folder of its own, and its log tells all of it."""

import pytest

from core import demo, library, tools
from core.audit.verifying import verify
from core.errors import BadInput
from core.identity import accounts
from core.settings import Settings, settings
from core.store import connect, rows, write

SHOWN = 12


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPILOT_DEMO", "1")
        patch.setenv("COPILOT_DATA_DIR", str(folder))
        settings.cache_clear()
        said: list[str] = []
        assert demo.seed(settings(), said.append)
        yield settings(), said
    settings.cache_clear()


def test_it_holds_the_samples_three_people_and_a_request_in_each_of_three_states(seeded):
    made, said = seeded
    with connect(made.database) as db:
        (analyst,) = rows(db, "select id from account where name = 'Demo analyst'")
        user = accounts.user_of(db, analyst["id"], "demo")
        assert len(library.documents(db, user)) == SHOWN
        states = {row["number"]: row["state"] for row in rows(db, "select number, state from item")}
        assert sorted(states.values()) == ["executed", "rejected", "submitted"]
        assert [ticket.state for ticket in tools.tickets(db, user)] == ["open"]
        assert len(rows(db, "select 1 from account where issuer = 'demo'")) == 3
    assert len(said) == 3


def test_every_row_of_its_log_says_demo_and_the_chain_holds(seeded):
    made, _ = seeded
    with connect(made.database) as db:
        modes = rows(db, "select distinct mode from audit")
        assert {row["mode"] for row in modes} == {"demo"}
        assert verify(db).ok


def test_made_twice_it_is_made_once(seeded):
    made, _ = seeded
    assert not demo.seed(made)


def test_a_folder_with_documents_of_yours_is_left_alone(tmp_path):
    made = Settings(data_dir=tmp_path / "var", demo=True)
    with connect(made.database) as db, write(db):
        db.execute(
            "insert into account (id, issuer, subject, tenant, name, folded, state, created_at, created_by)"
            " values ('a', 'local', 'a', 'local', 'A', 'a', 'active', '2026-01-01', 'local')"
        )
    with pytest.raises(BadInput, match="holds documents or people already"):
        demo.seed(made)
    with connect(made.database) as db:
        assert rows(db, "select 1 from account where issuer = 'demo'") == []
