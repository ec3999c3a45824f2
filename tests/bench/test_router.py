"""The bench of routers: its own counting, on our router and the real faulty server."""

import pytest

from bench import router
from bench.systems import System
from tests.noctule.router.server import serving


def test_good_answers_are_counted_and_no_bad_one_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(router.ASKERS, "noctule", (System("route_ours.py"), False))
    with serving() as server:
        router.availability(server, ["noctule"], (0.0, 1.0), 6)
        router.leaks(server, ["noctule"])
    said = capsys.readouterr().out
    assert "| 0% | 1.000" in said and "| 100% | 0.000" in said and "| 0% | 0.050 |" in said
    assert "- noctule: 0 of " in said and "- noctule: 0 of 0" not in said
    assert "| noctule | no | no | no |" in said
