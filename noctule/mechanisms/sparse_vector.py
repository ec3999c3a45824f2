"""The sparse vector technique: any number of questions whether a count has reached a threshold, until the first yes.

AboveThreshold (Dwork and Roth 2014, section 3.6), with the split of Lyu, Su and Li 2017 (Algorithm 1 with c = 1), on
integers. Let each question q_i move by at most s when one unit is added or removed (design.md invariant 5), rho have
discrete Laplace noise of scale s / e1, and each nu_i fresh noise of scale 2 s / e2. Question i is answered yes when
q_i + nu_i >= t_i + rho, for thresholds t_i that are public; after a yes nothing more is answered. For neighbours D, D'
and the answers no, ..., no, yes (l questions), sum over the values z of rho:

    P[answers on D] = sum_z P[rho = z]  P[all i < l: q_i(D) + nu_i < t_i + z]  P[q_l(D) + nu_l >= t_l + z]

- P[rho = z] <= exp(e1) P[rho = z + s], for both are integers;
- q_i(D) + nu_i < t_i + z implies q_i(D') + nu_i < t_i + z + s, whatever nu_i, so the second factor is at most the same
  on D' at z + s: this is why the noes cost nothing, however many;
- q_l(D) + nu_l >= t_l + z says of D' at z + s that nu_l + (s + q_l(D) - q_l(D')) is large enough, a shift by an integer
  between 0 and 2 s, so the third factor is at most exp(e2) times the same on D' at z + s.

Replacing z + s by z in the sum gives (e1 + e2)-DP, and without the last factor e1 for all noes. Questions and
thresholds may depend on earlier answers. Pure epsilon-DP is epsilon^2 / 2 zCDP (Bun and Steinke 2016, Proposition 1.4).
"""

import math
from dataclasses import dataclass, field

from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.tap import Draw, NoiseTap

QUESTION = 2 ** (2 / 3)  # e2 over e1 that makes the noise of the comparison least (Lyu, Su and Li 2017, section 4.2)


@dataclass(frozen=True)
class AboveThreshold:
    """One paid test. `noise`, of the threshold in rows, is secret for as long as questions are answered, and after."""

    sensitivity: int  # of every question, in rows
    threshold_scale: float
    question_scale: float
    noise: int = field(repr=False)

    @classmethod
    def draw(cls, *, sensitivity: int, rho: float, tap: NoiseTap) -> "AboveThreshold":
        """A test that costs `rho` zCDP in all, written to the tap. Raises ValueError for numbers that are not positive.

        `sensitivity`: how far one unit may move any question that will be asked (design.md invariant 5).
        """
        if sensitivity < 1 or not (math.isfinite(rho) and rho > 0):
            raise ValueError("sensitivity must be at least 1, rho positive and finite")
        epsilon = math.sqrt(2 * rho)
        threshold_scale = sensitivity * (1 + QUESTION) / epsilon
        question_scale = 2 * sensitivity * (1 + QUESTION) / (QUESTION * epsilon)
        spent = sensitivity / threshold_scale + 2 * sensitivity / question_scale
        tap.record(Draw("sparse_vector", float(sensitivity), threshold_scale, spent**2 / 2))
        return cls(sensitivity, threshold_scale, question_scale, discrete_laplace(threshold_scale))

    def reached(self, count: int, threshold: int) -> bool:
        """Whether `count` has reached `threshold`, by fresh noise. The caller asks no more after a yes."""
        return count + discrete_laplace(self.question_scale) >= threshold + self.noise


def discrete_laplace(scale: float) -> int:
    """An integer z with probability proportional to exp(-|z| / scale), by OpenDP."""
    dp = opendp()
    space = dp.atom_domain(T=dp.i64), dp.absolute_distance(T=dp.i64)
    return int((space >> dp.m.then_laplace(scale=scale))(0))
