"""The job "import": an uploaded file becomes a document, its provisions and its first analysis, all at once.

Parsing and analysis happen outside any write. Then one write makes everything appear and ends the job: a worker
killed at any moment leaves the import complete or absent. `register.insert_run` therefore opens no write itself.
"""
