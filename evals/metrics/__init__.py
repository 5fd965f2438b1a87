"""The metrics, one a file. `summarise` computes all of them over one run."""

from evals.metrics.summary import METRICS, breakdown, summarise

__all__ = ["METRICS", "breakdown", "summarise"]
