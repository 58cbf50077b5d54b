"""Environment and defaults, read once into one frozen value. Every variable starts with COPILOT_.

Also the one door to the word lists, weights and thresholds that an owner may edit.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import BadInput

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may change without touching code."""

    model_config = SettingsConfigDict(env_prefix="COPILOT_", frozen=True, extra="ignore")

    data_dir: Path = ROOT / "data" / "var"
    lexicon_dir: Path = ROOT / "data" / "lexicon"
    samples_dir: Path = ROOT / "data" / "samples"
    models_dir: Path = ROOT / "models"
    max_upload_mb: int = 200
    max_pages: int = 5_000
    parse_timeout_seconds: int = 180
    parse_memory_mb: int = 500
    profile: str = ""
    ocr_language: str = "eng"
    lease_seconds: int = 30
    job_timeout_seconds: int = 900
    anthropic_url: str = "https://api.anthropic.com"
    ollama_url: str = "http://127.0.0.1:11434"
    openai_url: str = "http://127.0.0.1:8000/v1"
    huggingface_url: str = "https://huggingface.co"
    model_timeout_seconds: int = 300
    context_tokens: int = 8_192
    otlp_endpoint: str = ""
    trace_days: int = 400
    audit_key_file: Path | None = None
    audit_heads_dir: Path | None = None
    admins: str = ""
    session_idle_minutes: int = 60
    session_hours: int = 12
    demo: bool = False
    public_url: str = "http://localhost:8501"
    smtp: str = ""
    smtp_user: str = ""
    mail_from: str = "compliance-copilot@localhost"
    webhook: str = ""

    @property
    def weights_dir(self) -> Path:
        """Where GGUF files are looked for, and put when they are downloaded."""
        return self.models_dir / "gguf"

    @property
    def database(self) -> Path:
        return self.data_dir / "copilot.db"


@cache
def settings() -> Settings:
    return Settings()


@cache
def lexicon(name: str) -> dict[str, Any]:
    """data/lexicon/NAME.toml as a dict, read once; do not change what you get. BadInput when it cannot be read."""
    path = settings().lexicon_dir / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"The word list {path} is missing; restore it from the repository.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"The word list {path} is not valid TOML ({error}); mend that line.") from error
