"""Where state lives: one folder, `NOCTULE_HOME` (default `.noctule/`); what may hold raw facts is closed to others."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Paths under one state folder. Nothing here is created before it is needed."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        return cls(Path(os.environ.get("NOCTULE_HOME", ".noctule")).resolve())

    @property
    def ledger(self) -> Path | str:
        """Where the ledger lies: `NOCTULE_LEDGER` (a path, or a URL that may hold a password), else a file in here."""
        given = os.environ.get("NOCTULE_LEDGER")
        if given and "://" in given:
            return given
        return Path(given).resolve() if given else self.root / "ledger.db"

    @property
    def signing_key(self) -> Path | None:
        """Where the key lies that signs releases: `NOCTULE_SIGNING_KEY`. None: releases are not signed, and say so."""
        given = os.environ.get("NOCTULE_SIGNING_KEY")
        return Path(given).resolve() if given else None

    @property
    def router(self) -> Path:
        """What the router remembers: cooldowns, answers, money. No raw fact."""
        return self.root / "router.db"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def staging(self) -> Path:
        """Samples that passed no gate yet; mode 0700."""
        return self._closed("staging")

    @property
    def dagster(self) -> Path:
        """Dagster's own instance, whose events may show internal numbers; mode 0700."""
        return self._closed("dagster")

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def vault(self) -> Path:
        """The only folder that holds raw rows and numbers computed on them; mode 0700."""
        return self._closed("vault")

    def _closed(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        return folder

    def vault_key(self) -> bytes:
        """The 32-byte secret behind every keyed hash: `NOCTULE_VAULT_KEY` (hex), else made once, mode 0600."""
        if given := os.environ.get("NOCTULE_VAULT_KEY"):
            return bytes.fromhex(given)
        path = self.vault / "key"
        if not path.exists():
            draft = self.vault / f".key.{secrets.token_hex(8)}"
            descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
            with suppress(FileExistsError):  # another process was first: its key stands
                os.link(draft, path)
            draft.unlink()
        return bytes.fromhex(path.read_text())
