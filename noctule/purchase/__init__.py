"""Buying what the contract does not say of a column with epsilon: heavy values, categories, bounds, types."""
