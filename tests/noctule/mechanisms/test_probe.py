"""A seeded source of noise is found from the noise itself, however it is seeded, and before anything is read.

A probe of sound noise gives a false alarm with odds below 1e-20 (noctule/mechanisms/probe.py).
"""

import json
import random
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

from noctule.errors import CertificateError
from noctule.mechanisms import gaussian, probe, select, sparse_vector
from tests.noctule.mechanisms.plant import Source, door

USES = {"discrete_gaussian": gaussian, "noisy_max": select, "discrete_laplace": sparse_vector}


def test_sound_noise_passes_twice_and_says_what_drew_it() -> None:
    first = probe.probe([])
    second = probe.probe([first])
    assert first["library"] == "opendp" and first["version"]
    assert first["probe"].keys() == probe.PRIMITIVES.keys()
    assert all(first["probe"][name] != second["probe"][name] for name in probe.PRIMITIVES)


def test_the_global_generators_go_on_as_if_nothing_had_been() -> None:
    random.seed(5)
    np.random.seed(5)
    expected = random.random(), np.random.random()
    random.seed(5)
    np.random.seed(5)
    probe.probe([])
    assert (random.random(), np.random.random()) == expected


@pytest.mark.parametrize("source", [lambda: np.random, lambda: np.random.default_rng(0)], ids=["global", "each call"])
@pytest.mark.parametrize(("name", "module"), USES.items())
def test_noise_that_repeats_itself_is_found(
    name: str, module: ModuleType, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "opendp", door(source))
    with pytest.raises(CertificateError, match=f"the noise of {name} repeats itself"):
        probe.probe([])


def test_noise_of_numpy_that_is_not_seeded_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of the probe: it finds seeds. That noise comes from OpenDP alone, test_sources.py sees to."""
    monkeypatch.setattr(gaussian, "opendp", door(lambda: np.random.default_rng()))
    assert probe.probe([])["probe"]


ONCE = """
import json, sys
import numpy as np
from noctule.errors import CertificateError
from noctule.mechanisms import gaussian
from noctule.mechanisms.probe import probe
from tests.noctule.mechanisms.plant import door
generator = np.random.default_rng(0)
gaussian.opendp = door(lambda: generator)
try:
    print(json.dumps(probe(json.loads(sys.argv[1]))))
except CertificateError as error:
    print(json.dumps(error.what))
"""


def test_a_generator_made_once_is_found_by_the_second_process() -> None:
    def process(earlier: list[object]) -> object:
        words = [sys.executable, "-c", ONCE, json.dumps(earlier)]
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

    first = process([])
    assert isinstance(first, dict)
    assert "the noise of discrete_gaussian repeats itself" in str(process([{}, first]))
