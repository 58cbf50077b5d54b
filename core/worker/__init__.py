"""The one process that does long work: `python -m core work`, or started by the app and gone when the app is.

presence   for the app: start it, see whether it runs; the lock that keeps it single, whatever kills it
loop       take the jobs in the order in which they were asked for, and settle each, whatever happens
postman    beside the loop: what people are told, by e-mail or to a webhook
lanes      beside the loop: what waits for others, such as downloads and models
watch      beside a job: renew its lease, and end it when it is cancelled
"""

import core.store  # noqa: F401 - first, so that sqlite-utils comes without pandas and numpy
from core.worker.loop import drain, run
from core.worker.presence import WorkerState, alone, ensure_running, state

__all__ = ["WorkerState", "alone", "drain", "ensure_running", "run", "state"]
