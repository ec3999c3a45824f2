"""Arrow's compute functions. pyarrow makes them at import, unseen by type checkers: typed here, at our boundary."""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
