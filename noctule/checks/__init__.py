"""Contract checks on a snapshot, and the verdict that training demands."""
