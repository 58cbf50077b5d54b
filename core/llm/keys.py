"""API keys: from the environment, a mounted secret file, or the system's keyring. They are never shown or logged."""

import os
from pathlib import Path

from core.errors import BadInput
from core.llm.faults import KeyMissing

KEYRING_SERVICE = "compliance-copilot"
VARIABLES = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
SECRETS = Path("/run/secrets")  # where containers mount them


def key(backend: str) -> str:
    """The key for a backend, or KeyMissing, which says where keys are looked for."""
    found, _ = look(backend)
    if found is None:
        name = VARIABLES[backend]
        raise KeyMissing(
            f"There is no key for {backend}: set {name}, or {name}_FILE to a file that holds it, "
            f"or run: keyring set {KEYRING_SERVICE} {backend}"
        )
    return found


def look(backend: str) -> tuple[str | None, str]:
    """The key, and in words where it was found."""
    return secret(VARIABLES[backend], backend)


def secret(name: str, in_keyring: str | None = None) -> tuple[str | None, str]:
    """A secret by its variable's name, and in words where it was found. In the keyring its name may be another."""
    if given := os.environ.get(name, "").strip():
        return given, f"the variable {name}"
    if named := os.environ.get(f"{name}_FILE"):
        return _read(Path(named)), f"the file that {name}_FILE names"
    mounted = SECRETS / name.lower()
    if mounted.is_file():
        return _read(mounted), f"the file {mounted}"
    if found := _from_keyring(in_keyring or name):
        return found, "the system's keyring"
    return None, ""


def _read(path: Path) -> str:
    try:
        found = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The key file {path} cannot be read; check its path and rights.") from error
    if not found:
        raise BadInput(f"The key file {path} is empty; put the key into it.")
    return found


def _from_keyring(name: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, name)
    except KeyringError:  # no keyring on this system, or it is locked: then it holds nothing for us
        return None
