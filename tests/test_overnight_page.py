"""Overnight as a person meets it: offered where it can be had, with its price, and seen to wait."""

from core import jobs, library, store
from core.settings import settings
from core.worker import loop
from tests import page_parts
from tests.analysing_parts import ADA, CHEAP, desk_with_prompts
from tests.model_servers import ClaudeBatches, serving
from tests.page_parts import button, opened
from tests.router_parts import inventory

CLOCKS = "# Regulation on clocks\n\n## Article 1 — Winding\n\n1. The firm shall wind the clock within two days.\n"


def work(db: store.Database) -> None:
    """What the worker would do; its lock is held by the test."""
    while loop._one_job(db, settings()):
        pass


def test_a_run_can_wait_for_the_night_where_its_model_takes_batches(tmp_path, monkeypatch):
    desk = desk_with_prompts(tmp_path, monkeypatch)
    desk.write(inventory().replace("cache_write = 2.5 }", "cache_write = 2.5, batch_discount = 0.5 }"))
    account = ClaudeBatches()
    with serving(account.reply) as server, page_parts.folder(settings().data_dir, monkeypatch):
        desk.at(anthropic=server.url)
        db = store.connect(settings().database)
        receipt = library.receive(db, ADA, CLOCKS.encode(), "clocks.md")
        work(db)
        document_id = str(jobs.job(db, ADA, receipt.job_id).subject)
        library.sign_card(db, ADA, document_id)
        at = opened("document", document=document_id, tab="Readings")
        at.selectbox(key=f"analyse-with-{document_id}").set_value(CHEAP).run()
        night = at.checkbox(key=f"analyse-overnight-{document_id}")
        assert "Overnight, the windows at half price (about" in night.label.replace("\\", "")
        night.set_value(True).run()
        button(at, "Start").click().run()
        work(db)
        at.run()
        assert "Waits for the provider since" in "".join(one.proto.text for one in at.get("progress"))
        button(at, "Cancel").click().run()
        (job,) = jobs.jobs(db, ADA, kind="analyse")
        assert (job.state, account.made, account.cancelled) == ("cancelled", ["msgbatch_1"], ["msgbatch_1"])
        db.close()
