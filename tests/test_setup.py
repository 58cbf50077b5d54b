"""What a newcomer installs is what we say it is."""

import re
import subprocess
import sys
from pathlib import Path

from core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LOCAL_MODELS = {"torch", "sentence-transformers", "llama-cpp-python"}
PROMISED = {
    "streamlit", "anthropic", "llama-cpp-python", "ollama", "chromadb", "sentence-transformers",
    "pypdf", "pymupdf", "pandas", "plotly", "sqlite-utils",
}  # fmt: skip

# Packages that are imported by another name than they are installed by.
MODULES = {
    "argon2-cffi": "argon2", "llama-cpp-python": "llama_cpp", "python-docx": "docx", "PyYAML": "yaml",
    "scikit-learn": "sklearn", "opentelemetry-sdk": "opentelemetry.sdk",
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter.otlp.proto.http",
}  # fmt: skip


def source() -> str:
    files = (path for folder in ("core", "pages") for path in (ROOT / folder).rglob("*.py"))
    return "\n".join(path.read_text("utf-8") for path in (ROOT / "app.py", *files))


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_the_core_requirements_are_the_whole_stack_less_local_models():
    whole = pins("requirements.txt")
    assert pins("requirements-core.txt") == {name: pin for name, pin in whole.items() if name not in LOCAL_MODELS}


def test_the_whole_stack_holds_every_promised_package():
    assert set(pins("requirements.txt")) >= PROMISED


def test_torch_is_pinned_exactly_so_that_no_gpu_build_is_drawn():
    assert pins("requirements.txt")["torch"] == "2.13.0"


def test_importing_core_loads_nothing_heavy():
    heavy = "{'streamlit', 'pymupdf', 'pandas', 'torch', 'chromadb', 'presidio_analyzer', 'lxml'}"
    code = f"import sys, core, core.types, core.errors; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_package_is_imported_or_the_file_says_what_it_is_for():
    code = source()
    comments = "".join(re.findall(r"^#.*", (ROOT / "requirements.txt").read_text("utf-8"), re.M))
    modules = {name: MODULES.get(name, name.replace("-", "_")) for name in pins("requirements.txt")}
    unused = {
        name for name, module in modules.items() if not re.search(rf"\b(import|from) {re.escape(module)}\b", code)
    }
    assert {name for name in unused if name not in comments} == set()


def test_the_readme_names_every_variable_that_is_read_and_no_other():
    told = set(re.findall(r"COPILOT_[A-Z_]+", (ROOT / "README.md").read_text("utf-8")))
    settings = {f"COPILOT_{name.upper()}" for name in Settings.model_fields}
    assert told == settings | set(re.findall(r"COPILOT_[A-Z_]+[A-Z]", source()))
