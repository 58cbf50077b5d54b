"""The job "import": an uploaded file becomes a document, its provisions and its first analysis, all at once.

Parsing and analysis happen outside any write. Then one write makes everything appear and ends the job: a worker
killed at any moment leaves the import complete or absent. `register.insert_run` therefore opens no write itself.
"""

from dataclasses import replace

from sqlite_utils import Database

from core import ingest, jobs, library, pipeline, register
from core.scan import scan
from core.settings import settings
from core.store import write
from core.types import User


def import_document(db: Database, user: User, claim: jobs.Claim) -> None:
    """The handler of jobs of kind "import"; the payload names the upload."""
    upload = library.upload(db, user, claim.job.payload["upload"])
    jobs.progress(db, claim, 0.1, "Reading the file")
    reading = ingest.read(library.stored(db, upload.file), upload.name, document_id=upload.document_id)
    # The digest of what was uploaded, also where a password was taken off before it was stored.
    reading = replace(reading, document=replace(reading.document, sha256=upload.sha256))
    jobs.progress(db, claim, 0.6, "Finding obligations")
    findings = scan(reading.document.text, reading.hidden)
    analysis = pipeline.analyze_reading(reading, profile=settings().profile, findings=findings)
    jobs.progress(db, claim, 0.9, "Saving")
    packed = library.pack(upload, reading, analysis.scope, findings, user.name)
    with write(db):
        library.complete(db, user, upload, packed)
        register.insert_run(db, user, analysis)
        jobs.finish(db, claim)
