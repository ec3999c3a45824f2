"""The judge of the offline describer: that it can say wrong, and that no unit is made up for the dictionary."""

from bench.describer import ROOT, UNKNOWN, answers, codes, columns, score, unit, words


def test_verdicts() -> None:
    column = {
        "must": [["length", "time"], ["stay"]],
        "never": ["visit"],
        "right_unit": ["days"],
        "codes": {1: ["home"]},
    }
    said = {"source": "glossary", "unit": "", "description": "Length of the stay; 1 = at home, 2 = other"}
    assert words(column, said) == "right, glossary"
    assert words(column, {**said, "description": "Length of the visit or stay"}) == "wrong, glossary"
    assert words(column, {**said, "description": "Length"}) == "wrong, glossary"
    assert words({"unknown": True}, {**said, "description": UNKNOWN}) == "unreadable, said so"
    assert words({"unknown": True}, said) == "unreadable, words made up"
    assert [unit(column, {"unit": given}) for given in ("Days", "hours", "")] == ["right", "wrong", "none"]
    assert codes({"codes": {1: ["at home"]}}, said) == "right" and codes({"codes": {1: ["ward"]}}, said) == "wrong"


def test_the_held_out_dictionary_is_large_and_no_unit_is_made_up() -> None:
    asked = columns()
    assert len(asked) >= 200 and len({column["field"] for column in asked}) == 5
    total = score(asked, answers(asked, ROOT))
    assert total.unit["made up"] == total.unit["wrong"] == 0
    assert total.words["right, glossary"] > 10 * total.words["wrong, glossary"]
