"""Noctule: differentially private synthetic tables every night, and the proof of what each night cost."""
