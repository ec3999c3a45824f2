"""The server of models of the router's tests, and a router on it."""

from tests.noctule.router.conftest import clock, make, running, server

__all__ = ["clock", "make", "running", "server"]
