"""What an accepted action becomes: tickets, records, files and issues, by the tools of models/tools.toml alone.

allowlist    the tools that there are, checked whole
works        what each tool would be given for an item; pure
planning     the dry run that a person sees before anything happens
carrying     the calls made, each once
confirming   a manager's word where a tool needs one
undoing      what was done, taken back
executions   the transaction log of calls
runners      what does each kind: tickets, records and files here, trackers on a server
servers      one request to a server, with its key and its limits
"""

from core.tools.allowlist import LEVELS, Tool, tool, tools
from core.tools.carrying import carry_out, execute, retry
from core.tools.confirming import confirm, decline
from core.tools.executions import Execution, abandoned, execution, executions, ids
from core.tools.files import Staged, fetch
from core.tools.planning import Planned, plan
from core.tools.tickets import Ticket, close, count_tickets, tickets
from core.tools.undoing import compensate

__all__ = [
    "LEVELS",
    "Execution",
    "Planned",
    "Staged",
    "Ticket",
    "Tool",
    "abandoned",
    "carry_out",
    "close",
    "compensate",
    "confirm",
    "count_tickets",
    "decline",
    "execute",
    "execution",
    "executions",
    "fetch",
    "ids",
    "plan",
    "retry",
    "tickets",
    "tool",
    "tools",
]
