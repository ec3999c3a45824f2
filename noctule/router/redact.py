"""Keys come from the environment alone, and are taken out of every text that we log, store or raise."""

import json
import logging
import re
from collections.abc import Mapping

from pydantic import SecretStr

from noctule.router.registry import Registry

SHORTEST = 8  # shorter ones, such as the "none" of a local server, are words rather than secrets
LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")

_secrets: set[str] = set()  # of this process; they only ever serve to be taken out


def keys(registry: Registry, environment: Mapping[str, str]) -> dict[str, SecretStr]:
    """The key of each provider that has one. A key that no header can carry counts as none."""
    found: dict[str, SecretStr] = {}
    for name, provider in registry.providers.items():
        key = environment.get(provider.key_env or "", "").strip()
        if re.fullmatch(r"[\x21-\x7e]+", key):
            found[name] = SecretStr(key)
            if len(key) >= SHORTEST:
                _secrets.update((key, json.dumps(key)[1:-1]))
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_filter)  # a filter is added once, however often it is given
    return found


def redact(text: str) -> str:
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return text


def _filter(record: logging.LogRecord) -> bool:
    """The HTTP library logs what servers send, which may echo a key."""
    said = record.getMessage()
    if (clean := redact(said)) != said:
        record.msg, record.args = clean, ()
    return True
