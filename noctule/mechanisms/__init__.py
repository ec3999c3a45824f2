"""Noise, private selection, and their accounting."""
