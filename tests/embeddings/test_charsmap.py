"""Normalisation rules survive the way into the `tokenizers` library."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import normalizers

from embeddings.charsmap import precompiled_charsmap

_characters = st.characters(min_codepoint=1, exclude_categories=["Cs"])
_replacements = st.text(_characters, max_size=3)


@given(st.dictionaries(_characters, _replacements, min_size=1, max_size=60), st.lists(_characters, max_size=30))
def test_each_rule_is_applied_and_nothing_else(rules: dict[str, str], others: list[str]) -> None:
    """A character with a rule becomes its replacement, any other stays."""
    normalizer = normalizers.Precompiled(precompiled_charsmap({ord(key): text for key, text in rules.items()}))
    for character in [*rules, *others]:
        assert normalizer.normalize_str(character) == rules.get(character, character)


def test_neighbouring_code_points_do_not_see_each_other() -> None:
    """Thousands of rules in one range leave every second character alone."""
    rules = {point: f"<{point}>" for point in range(0x4E00, 0x6E00, 2)}
    normalizer = normalizers.Precompiled(precompiled_charsmap(rules))
    for point in range(0x4E00, 0x6E00):
        assert normalizer.normalize_str(chr(point)) == rules.get(point, chr(point))
