"""The chain of assets of one dataset: thin glue over the library."""
