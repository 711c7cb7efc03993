"""GBK read one byte off comes back, and what cannot be known is marked, not guessed."""

from __future__ import annotations

import pytest

from eval.damage import fold_marks, lose_bytes
from rag.ingest.byteshift import may_be_shifted, shift_edits
from rag.ingest.charmodel import char_model
from rag.ingest.edits import REPLACEMENT, Edit, apply_edits
from rag.ingest.suspicion import suspicious_runs


def edits_of(text: str) -> list[Edit]:
    return shift_edits(text, suspicious_runs(text), traditional=char_model().is_traditional(text))


def mended(text: str) -> str:
    return apply_edits(text, edits_of(text))[0]


def without_byte(text: str, at: int) -> str:
    raw = text.encode("gbk")
    return (raw[:at] + raw[at + 1 :]).decode("gbk", errors="ignore")


@pytest.mark.parametrize("at", [5, 9])
def test_a_lost_byte_is_found_again_to_the_end_of_its_run(at: int) -> None:
    """Everything behind the lost byte is restored, the last character, of which one byte is left, by its word."""
    damaged = "记者昨天获悉，" + without_byte("公安机关依法查处违法犯罪行为", at)
    assert damaged.endswith("缸镄形")
    assert mended(damaged) == "记者昨天获悉，公安机关依法查处违法犯罪行为"


def test_a_character_that_may_be_another_is_marked() -> None:
    """The last character of the run is lost where several would do; all others are back."""
    damaged = "记者昨天获悉，" + without_byte("今年全省城镇新增就业人数达到历史最高", 9)
    assert mended(damaged) == "记者昨天获悉，今年全省城镇新增就业人\ufffd达到历史最高"


@pytest.mark.parametrize(
    ("damaged", "true"),
    [
        ("故障情况进行详细了解Ｋ婧,团伙通过电话联系。", "故障情况进行详细了解。随后,团伙通过电话联系。"),
        ("我也如此!北ǖ阑钩,马利亚尔还承诺杜绝腐败。", "我也如此。”报道还称,马利亚尔还承诺杜绝腐败。"),
        ("速度可能低于趋势水平５钡厥奔7月20日,他说。", "速度可能低于趋势水平。当地时间7月20日,他说。"),
    ],
)
def test_a_shift_of_few_characters_is_known_by_how_it_begins(damaged: str, true: str) -> None:
    """A lone full-width letter is what a full stop without its first byte leaves; `!` is two halves of characters."""
    assert mended(damaged) == true


def test_no_full_width_comma_is_restored_where_the_page_has_none() -> None:
    """`拿走Ｓ斡` may hold a comma or a full stop; commas are half-width on this page, so that it is the stop."""
    page = "报名的有22所学校,冠军都由竹溪中学拿走Ｓ斡颈热诔沃萁璩〉亟,场地在澄州,各队已经到齐,成绩今天公布"
    assert "拿走。游泳比赛" in mended(page)


def test_each_sentence_of_a_shift_is_doubted_for_itself() -> None:
    """The sentence that ended in the damage is whole again and sure, the one behind it is not."""
    damaged = "有市特殊教育学!Ｏ乱唤煸硕嵊赏±枷爻邪,时间是2027年秋天"
    edits = [(edit.after, edit.doubtful) for edit in edits_of(damaged)]
    assert edits[0] == ("校。", False)
    assert edits[1][0].startswith("下一届运动")
    assert edits[1][1]


def test_marks_folded_across_characters_are_unfolded() -> None:
    """A full stop and a quote whose bytes were taken for an exclamation mark stand again, with what follows."""
    damaged = fold_marks("記者昨天獲悉。“兩會”期間代表提出建議")
    assert damaged.startswith("記者昨天獲悉!")
    assert mended(damaged).startswith("記者昨天獲悉。“兩")
    assert mended(damaged).endswith("期間代表提出建議")


def test_a_letter_that_is_half_a_character_is_taken_in() -> None:
    """In traditional text the run ends at a trail byte that looks like a letter."""
    page = "學校科學規劃是今年的重點。各地的學校科學規劃都已公布。"
    damaged = fold_marks("縣裡要求做好學校科學規劃管理")
    assert "?茖W" in damaged
    assert mended(page + damaged) == page + "縣裡要求做好學校科學規劃管理"


@pytest.mark.parametrize(
    "text",
    [
        "他问:你好吗?她答:好!谢谢!再见!鬼怪!魑魅!",
        "玄菟郡太守耿臨、幽州刺史毌丘儉、拓跋珪、尉遲恭",
        "篾匠贾春轩仍在村口编竹篓!邬师傅也来了",
        "鬃狮蜥、豹纹守宫、横纹肌溶解症、嗜铬细胞瘤切除术",
    ],
)
def test_odd_but_clean_text_stays(text: str) -> None:
    """Rare names and half-width marks are no damage."""
    assert edits_of(text) == []


def test_a_lone_replacement_character_is_not_worth_a_search() -> None:
    """Lost characters in natural text have no bytes to go by."""
    text = "全市新建公\ufffd三座，方便居民"
    assert not may_be_shifted(text, 5, 6)
    assert edits_of(text) == []


@pytest.mark.parametrize("seed", range(8))
def test_nothing_wrong_is_left_unmarked(seed: int) -> None:
    """In a whole sentence behind a lost byte, restored characters are right, marked, or doubtful as a whole."""
    text = "市教育局昨天召开会议，要求各学校加强学生上学放学路上的安全管理，并做好冬季取暖工作。"
    for edit in edits_of(lose_bytes(text, seed=seed)):
        parts = [part for part in edit.after.split(REPLACEMENT) if part]
        assert edit.doubtful or all(part in text for part in parts)
