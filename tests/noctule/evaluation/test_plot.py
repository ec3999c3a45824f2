"""The picture of marginals: a PNG that is small, whole, and drawn without a word."""

import base64
import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.evaluation.plot import marginals_png

WHITE = (255, 255, 255)


def draw(codec: Codec, seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, size, 500).astype(np.int32) for name, size in codec.domain.items()}


def picture(png: bytes) -> Any:
    return Image.open(io.BytesIO(png)).convert("RGB")


def test_nine_panels_on_white_under_50_kb_inside_a_page(make_contract: Callable[..., Contract]) -> None:
    letters = [f"category number {i}" for i in range(60)]
    columns: list[dict[str, Any]] = [
        {"name": f"a_name_that_is_long_{i}", "type": "integer", "bounds": [0, 999], "bins": 64, "atoms": [1, 50, 70]}
        if i % 2
        else {"name": f"c{i}", "type": "category", "categories": letters}
        for i in range(16)
    ]
    contract = make_contract(columns)
    codec = Codec(contract)
    png = marginals_png(contract, draw(codec, 1), draw(codec, 2))
    assert png.startswith(b"\x89PNG") and len(base64.b64encode(png)) < 50_000
    image = picture(png)
    assert image.size == (940, 740) and image.getpixel((2, 2)) == WHITE
    assert len(set(image.getdata())) > 10


def test_names_that_are_no_formula_and_have_no_glyph(make_contract: Callable[..., Contract]) -> None:
    contract = make_contract(
        [
            {"name": "$price_{x$", "type": "category", "categories": ["$a$", "$\\frac$", "一二", "_hidden"]},
            {"name": "only", "type": "boolean"},
        ]
    )
    codec = Codec(contract)
    image = picture(marginals_png(contract, draw(codec, 1), draw(codec, 2), columns=1))
    assert image.size == (940, 280)


def test_rows_that_are_not_there(make_contract: Callable[..., Contract]) -> None:
    contract = make_contract([{"name": "x", "type": "integer", "bounds": [0, 9]}])
    nothing = {"x": np.zeros(0, np.int32)}
    assert picture(marginals_png(contract, nothing, nothing)).size == (940, 280)


def test_importing_loads_nothing_heavy() -> None:
    modules = ", ".join(f"noctule.evaluation.{name}" for name in ("plot", "reports", "utility", "validity", "charged"))
    heavy = "{'matplotlib', 'PIL', 'pandas', 'sdmetrics', 'sklearn', 'opendp'}"
    code = f"import sys, {modules}; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
