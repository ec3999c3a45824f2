"""The contract of a table, and how to load one."""

from noctule.contract.model import Contract

__all__ = ["Contract"]
