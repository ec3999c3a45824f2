"""The describers of a deployment: a glossary or the words of the name, and before the latter its models, if any."""

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from noctule.contract import Contract
from noctule.describe.ask import Asking
from noctule.describe.describe import Describer, Suggestion
from noctule.describe.facts import Facts
from noctule.describe.glossary import load
from noctule.describe.offline import describe
from noctule.describe.released import released_facts
from noctule.errors import UsageError
from noctule.home import Home
from noctule.router import Registry, Router, State
from noctule.router import load as load_registry
from noctule.router.errors import RegistryError

log = logging.getLogger(__name__)


def offline(root: Path | None = None, *, unattended: bool = False) -> Describer:
    """Free, and without a network. With our glossaries, and before them those in glossaries/ of the deployment.

    Raises UsageError for a bad one; `unattended`, which no glossary may stop, logs it and goes on with ours.
    """
    try:
        glossary = load(root / "glossaries" if root else None)
    except UsageError as error:
        if not unattended:
            raise
        log.warning("only our glossaries are used: %s", error)
        glossary = load()

    def suggest(asked: Sequence[Facts]) -> list[Suggestion]:
        return [Suggestion(*describe(facts, glossary)) for facts in asked]

    return Describer(f"offline {glossary.digest}", suggest)


@contextmanager
def asking(root: Path, home: Home, contract: Contract, *, unattended: bool = False) -> Generator[Asking]:
    """The models of models.yaml in `root`; without the file, or a key, nobody is asked and all is described offline.

    Raises RegistryError for a bad file; `unattended`, which no model may stop, logs it and goes on offline.
    """
    with router(root, home, unattended=unattended) as models:
        yield Asking(models, contract, offline(root, unattended=unattended), lambda: released_facts(home, contract))


def router(root: Path, home: Home, *, unattended: bool = False) -> Router:
    """To be closed. Over the models of models.yaml in `root`; over none without the file, or `unattended` a bad one.

    Raises RegistryError.
    """
    return Router(_registry(root / "models.yaml", unattended), State(home.router))


def _registry(path: Path, unattended: bool) -> Registry:
    if path.exists():
        try:
            return load_registry(path)
        except RegistryError as error:
            if not unattended:
                raise
            log.warning("no model is asked: %s", error)
    return Registry(version=1, as_of=datetime.now(UTC).date(), providers={}, models={})
