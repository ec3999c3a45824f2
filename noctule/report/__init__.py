"""One page a release: how good it is, for what, how sure we are, and what it cost. Two versions of the same page.

The *publishable* one (report.html in every release) draws on released facts alone: noisy counts that were paid for,
the synthetic rows, the ledger. The *internal* one adds what was computed on raw rows and stays in the vault.
"""
