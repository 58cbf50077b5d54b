"""The one base error: a sentence for the person who reads it. Pages and the command line print it."""


class CopilotError(Exception):
    """Something a person can act on. The message says what, which, and what next.

    `exit_code` is what the command line leaves with; see `core.cli`.
    """

    exit_code = 1


class BadInput(CopilotError):
    """The file, option or value given cannot be used as it is."""

    exit_code = 2


class PasswordNeeded(BadInput):
    """The file is encrypted and needs a password, or the one given does not open it."""


class NotFound(CopilotError):
    """No such thing, or none that this user may see: the two are never told apart."""

    exit_code = 3


class NotAllowed(CopilotError):
    """The user may see the thing but may not do this with it."""

    exit_code = 4


class Conflict(CopilotError):
    """It changed since it was read, or it is in a state that does not allow this step."""

    exit_code = 5


class Missing(CopilotError):
    """An optional part (a package, a program) is not installed; the message says how to add it."""

    exit_code = 6
