"""Rows by stratum, and uniforms spread evenly over each: what low-variance sampling is made of."""

import numpy as np
from numpy.typing import NDArray

FEW = 2**16


def order(stratum: NDArray[np.integer], strata: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows stratum by stratum, 0..strata-1, in uniformly random order inside each. `stratum`: (rows,).

    With 2^16 rows and strata 32 bits are random: less than one pair of rows is expected to tie in them.
    """
    row_bits, stratum_bits = max(stratum.size - 1, 1).bit_length(), (strata - 1).bit_length()
    keys = rng.bit_generator.random_raw(stratum.size)
    keys >>= np.uint64(row_bits + stratum_bits)
    if stratum_bits:
        keys |= stratum.astype(np.uint64) << np.uint64(64 - row_bits - stratum_bits)
    keys <<= np.uint64(row_bits)
    keys |= np.arange(keys.size, dtype=np.uint64)
    keys.sort()
    keys &= np.uint64(2**row_bits - 1)
    return keys.astype(np.int64)


def spread(stratum: NDArray[np.integer], strata: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A share in [0, 1) for each row, (rows,): of the m rows of a stratum one lies in each m-th part, in random order.

    More than FEW rows get independent uniforms: there chance is small, and spreading takes most of the time of
    decoding. No share is so near to 1 that its product with a number rounds up to that number.
    """
    if stratum.size > FEW:
        return rng.random(stratum.size)
    height = np.bincount(stratum, minlength=strata)
    share = rng.random(stratum.size)
    share += np.arange(stratum.size)
    share -= np.repeat(height.cumsum() - height, height)
    share /= np.repeat(height, height)
    spread_ = np.empty_like(share)
    spread_[order(stratum, strata, rng)] = np.minimum(share, 1 - 2**-52)
    return spread_
