"""Marginals over codes."""

from noctule.counts.marginals import Clique, marginal, marginals, require_inside

__all__ = ["Clique", "marginal", "marginals", "require_inside"]
