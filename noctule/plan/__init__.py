"""A dry run of one dataset, from its contract, the ledger and a stored model: nothing raw is opened."""
