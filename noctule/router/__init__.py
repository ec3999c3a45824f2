"""Ask the cheapest capable language model, and assume that every one fails. Knows nothing of columns."""

from noctule.router.completion import Completion, Usage
from noctule.router.messages import Prompt
from noctule.router.registry import Capability, Registry, Tokens, load
from noctule.router.router import Router
from noctule.router.state import State

__all__ = ["Capability", "Completion", "Prompt", "Registry", "Router", "State", "Tokens", "Usage", "load"]
