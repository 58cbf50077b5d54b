"""What this installation can do, and how to add what it cannot."""

import shutil
import tomllib
from importlib.metadata import PackageNotFoundError, version

import streamlit as st
from sqlite_utils import Database

from core import register
from core.register.firm import named
from core.settings import ROOT
from core.types import User
from pages.parts.words import plain

# What a person gets by it → package (or program, marked by !), and how to add it.
PARTS = (
    ("Read PDF", "pymupdf", "make run"),
    ("Read Word documents", "python-docx", "make run"),
    ("Read scans (OCR)", "!tesseract", "apt install tesseract-ocr, brew install tesseract, or the Windows installer"),
    ("Find personal data", "presidio-analyzer", "make run"),
    ("Export to Excel", "openpyxl", "make run"),
    ("Local models", "llama-cpp-python", "make local (compiles for some minutes)"),
    ("Models served by Ollama", "ollama", "make run, and the Ollama program"),
    ("OpenAI-compatible servers", "openai", "make run, and a server such as vLLM or LM Studio"),
    ("Claude models", "anthropic", "make run, and an API key in the environment"),
)


def table() -> None:
    lines = ["| | | |", "|---|---|---|"]
    for what, name, how in PARTS:
        found = _version(name)
        state = f":green-badge[{found}]" if found else f":orange-badge[not installed] {how}"
        lines.append(f"| {what} | `{name.removeprefix('!')}` | {state} |")
    lines.append(f"| Compliance Copilot | `{_own()}` | the built-in engine reads without any model |")
    with st.container(key="facts-installed"):
        st.markdown("\n".join(lines))


def _version(name: str) -> str:
    if name.startswith("!"):
        return "found" if shutil.which(name[1:]) else ""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _own() -> str:
    project = ROOT / "pyproject.toml"
    return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"]) if project.exists() else ""


def profile(db: Database, user: User) -> None:
    """What *Ours* means, and where to say so."""
    chosen = register.our_firm(db, user).profiles
    told = f"**{plain(named(chosen))}**" if chosen else "nobody has said yet, so *Ours* says unclear"
    st.markdown(
        f"Our firm: {told}. Choose it under *Our firm* on Obligations or Controls; everything stored is marked anew."
    )
