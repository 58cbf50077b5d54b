"""The job "import": an uploaded file becomes a document, its provisions and its first analysis, all at once.

Where it is another version of a text that people have worked on, what they said of obligations that say the same is
carried over to it.

Parsing and analysis happen outside any write. Then one write makes everything appear and ends the job: a worker
killed at any moment leaves the import complete or absent. `register.insert_run` and `carry` open no write themselves.
"""

import json
from dataclasses import replace

from sqlite_utils import Database

from core import compare, ingest, jobs, library, pipeline, register
from core.identity import may
from core.scan import scan
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
    analysis = pipeline.analyze_reading(reading, findings=findings)
    jobs.progress(db, claim, 0.9, "Saving")
    series = library.series_of(db, user, analysis.document)
    packed = library.pack(upload, reading, analysis.scope, findings, user.name, series)
    label = upload.classification, tuple(json.loads(upload.groups))
    # What people said is carried over by somebody who may work the register; for others it waits as an offer.
    works = may(user, "register.edit")
    earlier = register.earlier_version(db, user, analysis.document, label, series) if works else None
    now = compare.Side(analysis.document, reading.provisions, analysis.obligations)
    same = compare.compare(compare.side(db, user, earlier), now).staying if earlier else {}
    with write(db):
        # Once more, inside the write: it may have been deleted or closed to this user meanwhile.
        still = earlier and register.earlier_version(db, user, analysis.document, label, series)
        carried = earlier if earlier == still else None
        library.complete(db, user, upload, packed)
        register.insert_run(db, user, analysis)
        if carried:
            register.carry(db, user, carried, upload.document_id, same)
        jobs.finish(db, claim)
