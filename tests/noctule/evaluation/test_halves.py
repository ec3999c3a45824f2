"""Equal sets of rows to compare."""

from noctule.evaluation.halves import halves


def test_of_equal_size_and_apart() -> None:
    for raw, release in ((101, 200), (1_000, 30), (5, 5), (1, 9)):
        parts = halves(raw, release)
        assert len(parts.targets) == len(parts.rest) == len(parts.release) == min(raw // 2, release)
        assert not set(parts.targets) & set(parts.rest)
        assert all(0 <= row < raw for row in (*parts.targets, *parts.rest))
        assert all(0 <= row < release for row in parts.release)


def test_the_same_every_time_in_random_order() -> None:
    one, two = halves(500, 500), halves(500, 500)
    assert one.targets.tolist() == two.targets.tolist() != sorted(one.targets)
