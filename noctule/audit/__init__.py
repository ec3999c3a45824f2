"""The audit of the guarantee: attacks on public worst-case data, lower bounds on epsilon (docs/audit.md)."""
