"""From a model to a published release: stage, gates, passport, publication, verification."""
