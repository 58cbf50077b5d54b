"""A PDF with a password is asked about once, stored without it, and the password is kept nowhere."""

import io

import pytest

from core import jobs, library, worker
from core.errors import BadInput, Conflict, NotFound, PasswordNeeded
from core.identity import local_user
from core.library import files
from core.settings import Settings
from core.store import connect

ADA = local_user()
PASSWORD = "correct-horse-battery"
RULE = "The firm shall wind the clock within two days."


def pdf(password: str | None = None) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawString(72, 700, "Regulation on clocks")
    canvas.drawString(72, 670, f"Article 1. {RULE}")
    canvas.save()
    if password is None:
        return target.getvalue()
    writer, locked = PdfWriter(clone_from=PdfReader(target)), io.BytesIO()
    writer.encrypt(password, algorithm="AES-256")
    writer.write(locked)
    return locked.getvalue()


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def db(settings):
    return connect(settings.database)


def imported(db, settings, job_id):
    worker.drain(settings)
    job = jobs.job(db, ADA, job_id)
    assert job.state == "done", job.error
    return library.document(db, ADA, job.subject)


def assert_nowhere(settings, password=PASSWORD):
    for file in settings.data_dir.rglob("*"):
        assert not file.is_file() or password.encode() not in file.read_bytes()


def test_a_locked_file_asks_for_its_password_and_goes_on_with_it(db, settings):
    data = pdf(PASSWORD)
    receipt = library.receive(db, ADA, data, "clocks.pdf")
    worker.drain(settings)
    failed = jobs.job(db, ADA, receipt.job_id)
    assert (failed.state, failed.fault) == ("failed", PasswordNeeded.__name__)
    assert "password" in failed.error
    with pytest.raises(PasswordNeeded, match="does not open"):
        library.unlock(db, ADA, receipt.job_id, "wrong")
    assert jobs.job(db, ADA, receipt.job_id).state == "failed"
    library.unlock(db, ADA, receipt.job_id, PASSWORD)
    document = imported(db, settings, receipt.job_id)
    assert RULE in document.text
    assert document.sha256 == files.digest(data)
    assert_nowhere(settings)


def test_the_locked_bytes_are_not_kept_beside_the_open_ones(db, settings):
    receipt = library.receive(db, ADA, pdf(PASSWORD), "clocks.pdf")
    worker.drain(settings)
    library.unlock(db, ADA, receipt.job_id, PASSWORD)
    [stored] = (settings.data_dir / "files").iterdir()
    assert b"/Encrypt" not in stored.read_bytes()


def test_a_password_given_at_once_is_used_and_forgotten(db, settings):
    receipt = library.receive(db, ADA, pdf(PASSWORD), "clocks.pdf", password=PASSWORD)
    assert RULE in imported(db, settings, receipt.job_id).text
    assert_nowhere(settings)


def test_the_same_locked_file_twice_is_one_document(db, settings):
    data = pdf(PASSWORD)
    receipt = library.receive(db, ADA, data, "clocks.pdf", password=PASSWORD)
    document = imported(db, settings, receipt.job_id)
    assert library.receive(db, ADA, data, "clocks.pdf", password=PASSWORD).duplicate_of == document.id
    assert library.receive(db, ADA, data, "clocks.pdf").duplicate_of == document.id


def test_a_wrong_password_at_upload_is_refused_and_leaves_nothing(db, settings):
    with pytest.raises(PasswordNeeded):
        library.receive(db, ADA, pdf(PASSWORD), "clocks.pdf", password="wrong")
    assert jobs.jobs(db, ADA) == []
    assert list((settings.data_dir / "files").iterdir()) == [] if (settings.data_dir / "files").exists() else True


def test_a_password_for_a_file_that_needs_none_does_no_harm(db, settings):
    data = pdf()
    receipt = library.receive(db, ADA, data, "clocks.pdf", password="unneeded")
    assert imported(db, settings, receipt.job_id).sha256 == files.digest(data)
    with pytest.raises(BadInput, match="Only PDFs"):
        library.receive(db, ADA, b"plain text", "clocks.txt", password="unneeded")


def test_only_an_import_that_asks_for_a_password_takes_one(db, settings):
    receipt = library.receive(db, ADA, pdf(), "clocks.pdf")
    with pytest.raises(Conflict, match="does not ask for a password"):
        library.unlock(db, ADA, receipt.job_id, PASSWORD)


def test_a_page_is_drawn_once_and_its_picture_goes_with_the_document(db, settings):
    receipt = library.receive(db, ADA, pdf(PASSWORD), "clocks.pdf", password=PASSWORD)
    document = imported(db, settings, receipt.job_id)
    picture = library.page_png(db, ADA, document.id, 1)
    assert picture.startswith(b"\x89PNG")
    [cached] = (settings.data_dir / "cache" / document.id).iterdir()
    cached.write_bytes(b"drawn before")
    assert library.page_png(db, ADA, document.id, 1) == b"drawn before"
    with pytest.raises(NotFound, match="has 1 pages and no picture of page 2"):
        library.page_png(db, ADA, document.id, 2)
    assert library.words(db, ADA, document.id, 1)
    assert library.delete(db, ADA, document.id).counts["images"] == 1
    assert list((settings.data_dir / "cache").iterdir()) == []
