"""Thin Dagster wrappers over the library's state."""
