"""What a newcomer installs is what we say it is."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL_MODELS = {"torch", "sentence-transformers", "llama-cpp-python"}
PROMISED = {
    "streamlit", "anthropic", "llama-cpp-python", "ollama", "chromadb", "sentence-transformers",
    "pypdf", "pymupdf", "pandas", "plotly", "sqlite-utils",
}  # fmt: skip


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
