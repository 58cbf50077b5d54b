"""Environment and defaults, read once into one frozen value. Every variable starts with COPILOT_."""

from functools import cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may change without touching code."""

    model_config = SettingsConfigDict(env_prefix="COPILOT_", frozen=True, extra="ignore")

    data_dir: Path = ROOT / "data" / "var"
    lexicon_dir: Path = ROOT / "data" / "lexicon"
    samples_dir: Path = ROOT / "data" / "samples"
    max_upload_mb: int = 200
    max_pages: int = 5_000
    parse_timeout_seconds: int = 180
    parse_memory_mb: int = 500
    profile: str = ""
    ocr_language: str = "eng"
    lease_seconds: int = 30

    @property
    def database(self) -> Path:
        return self.data_dir / "copilot.db"


@cache
def settings() -> Settings:
    return Settings()
