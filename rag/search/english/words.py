"""English words: which questions are English, where their words are, and what these are derived from."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z\u00c0-\u024f]+)*")

AUXILIARIES = frozenset(
    "is are was were be been being am do does did has have had will would can could shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't won't can't".split()
)
PREPOSITIONS = frozenset(
    "of for in at on from by to with into inside near during since until before after between among about through "
    "under over against within as than via per across behind beside besides onto out up off along around towards "
    "toward according because due without".split()
)
INTERROGATIVES = frozenset("what who whom whose which where when why how".split())
PRONOUNS = frozenset(
    "it its they their them he his him she her this that these those there we our us you your i my me".split()
)
SMALL_VERBS = frozenset(  # say something only with what follows (`take part`)
    "give gives gave given get gets got take takes took taken make makes made become becomes became put puts go goes "
    "went".split()
)
COMMON_VERBS = frozenset(  # are left out where the passages put it otherwise
    "need needs needed use uses used hold holds held keep keeps kept begin begins began begun start starts "
    "started find finds found issue issues issued include includes included involve involves involved come comes "
    "came bring brings brought believe believes believed belong belongs provide provides provided serve serves "
    "served see saw seen show shows showed shown know knew known want wants wanted let lets located situated "
    "based".split()
)
_LIGHT = frozenset(
    "the a an and or but if so not no yes all both each every any some such other another more most many much very "
    "also only just even still yet then now else own same too please tell know there here that's it's 's s one ones "
    "call called name named".split()
)
LIGHT = _LIGHT | AUXILIARIES | PREPOSITIONS | INTERROGATIVES | PRONOUNS
_AMBIGUOUS = frozenset("in on up to as i".split())  # Chinese texts have them too (`check in`)
_BEGINNINGS = AUXILIARIES | INTERROGATIVES | frozenset("tell please give list describe explain".split())
_SIGNS = (PREPOSITIONS | _BEGINNINGS | {"the", "a", "an", "and"}) - _AMBIGUOUS
_HAN = re.compile(r"[\u3400-\u9fff]")
_QUOTED = re.compile(r"[(（《〈“「][^)）》〉”」]*[)）》〉”」]")
_CHINESE_QUESTION = re.compile(r"什么|甚麼|什麼|多少|谁|誰|[哪怎吗嗎几幾呢是]|为何|為何|如何|是不是|有没有")

_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    men:man women:woman children:child people:person feet:foot teeth:tooth mice:mouse lives:life wives:wife
    knives:knife leaves:leaf built:build won:win held:hold went:go gone:go sold:sell took:take taken:take
    gave:give given:give began:begin begun:begin led:lead fell:fall fallen:fall lost:lose paid:pay found:find
    said:say wrote:write written:write grew:grow grown:grow rose:rise risen:rise spent:spend met:meet sent:send
    drew:draw drawn:draw flew:fly flown:fly spoke:speak spoken:speak bought:buy brought:bring taught:teach
    caught:catch left:leave ran:run broke:break broken:break chose:choose chosen:choose felt:feel kept:keep
    knew:know known:know laid:lay lent:lend lit:light rode:ride rang:ring sang:sing sung:sing sank:sink
    sunk:sink sat:sit slept:sleep stood:stand stole:steal stolen:steal swam:swim swum:swim thought:think
    threw:throw thrown:throw understood:understand woke:wake wore:wear worn:wear fought:fight forgot:forget
    forgotten:forget froze:freeze frozen:freeze hid:hide hidden:hide made:make beat:beat beaten:beat bore:bear
    born:bear dug:dig drank:drink drove:drive driven:drive ate:eat eaten:eat heard:hear showed:show shown:show
    shot:shoot struck:strike told:tell came:come saw:see seen:see did:do better:good best:good worse:bad
    worst:bad more:many most:many further:far died:die dying:die lying:lie tied:tie
    """.split()
)
DEMONYMS = dict(
    pair.split(":")
    for pair in """
    chinese:china japanese:japan korean:korea vietnamese:vietnam tibetan:tibet mongolian:mongolia russian:russia
    indian:india thai:thailand indonesian:indonesia malaysian:malaysia philippine:philippines
    filipino:philippines burmese:burma cambodian:cambodia laotian:laos french:france german:germany
    british:britain english:england scottish:scotland irish:ireland italian:italy spanish:spain
    portuguese:portugal dutch:netherlands belgian:belgium swiss:switzerland austrian:austria polish:poland
    czech:czechia hungarian:hungary romanian:romania bulgarian:bulgaria greek:greece turkish:turkey
    swedish:sweden norwegian:norway danish:denmark finnish:finland ukrainian:ukraine american:america
    canadian:canada mexican:mexico brazilian:brazil argentine:argentina chilean:chile cuban:cuba
    australian:australia egyptian:egypt iranian:iran iraqi:iraq israeli:israel saudi:saudi african:africa
    pakistani:pakistan afghan:afghanistan asian:asia european:europe taiwanese:taiwan cantonese:guangdong
    """.split()
)
_NOT_VERBS = frozenset(
    "men women children people feet teeth mice lives wives knives leaves better best worse worst more most "
    "further".split()
)
IRREGULAR_FORMS = frozenset(_IRREGULAR) - _NOT_VERBS  # of verbs
_ENDINGS = {  # of plurals, forms of verbs, comparatives, adverbs and who does something; what may stand instead
    "ies": ("y",),
    "es": ("", "e"),
    "s": ("",),
    "ied": ("y",),
    "ed": ("", "e"),
    "ing": ("", "e"),
    "iest": ("y",),
    "est": ("", "e"),
    "ier": ("y",),
    "er": ("", "e"),
    "ern": ("",),
    "ally": ("", "al"),
    "ly": ("",),
}
_DOUBLING = frozenset({"ed", "ing", "er", "est"})  # run, running
_AMERICAN = (  # and some words that America has others for
    (re.compile(r"\b(\w{3,})isation"), r"\1ization"),
    (re.compile(r"\b(\w{3,})is(e|ed|ing|er)\b"), r"\1iz\2"),
    (re.compile(r"\b(\w{2,}[bclmnrv])our(s|ed|ing|able|ite|hood|ful)?\b"), r"\1or\2"),
    (re.compile(r"\b(cent|met|lit|theat|fib|kilomet|centimet|millimet)re(s|d)?\b"), r"\1er\2"),
    (re.compile(r"\b(\w+)ogue\b"), r"\1og"),
    (re.compile(r"\b(\w+[aeiou])ll(ed|ing|er)\b"), r"\1l\2"),
    (re.compile(r"\btonne"), "ton"),
    (re.compile(r"\bprogramme"), "program"),
    (re.compile(r"\b(def|off|lic)ence"), r"\1ense"),
    (re.compile(r"\bcheque"), "check"),
    (re.compile(r"\bpetrol\b"), "gasoline"),
    (re.compile(r"\blorr(?:y|ie)"), "truck"),
    (re.compile(r"\bmotorway"), "expressway"),
    (re.compile(r"\bunderground railway|\bmetro\b"), "subway"),
    (re.compile(r"\bmobile phone"), "cell phone"),
    (re.compile(r"\bmacao\b"), "macau"),
    (re.compile(r"\bgrey"), "gray"),
    (re.compile(r"\bplough"), "plow"),
)


def is_english(text: str) -> bool:
    """True when `text` is English, be it with Chinese names in it; not for Chinese with Latin words in it (`GDP`)."""
    found = [match[0].lower() for match in WORD.finditer(text)]
    if not found:
        return False
    if not _HAN.search(text):
        return True
    if len(found) < 2 or _CHINESE_QUESTION.search(_QUOTED.sub("", text)):
        return False
    begins = found[0] in _BEGINNINGS
    return begins or (not INTERROGATIVES.isdisjoint(found) and sum(word in _SIGNS for word in found) > 1)


def spelling(text: str) -> str:
    """Lower-case `text` in American spelling, which the dictionary has."""
    for pattern, written in _AMERICAN:
        text = pattern.sub(written, text)
    return text


def lemmas(word: str) -> Iterator[str]:
    """The lower-case `word`, and what it may be a form of, likeliest first; not all of them are words."""
    word = word.replace("’", "'")
    yield word
    bare = word[:-2] if word.endswith("'s") else word.rstrip("'")
    if bare != word:
        yield bare
    if bare in _IRREGULAR:
        yield _IRREGULAR[bare]
    if bare in DEMONYMS:
        yield DEMONYMS[bare]
    for stem in _without_ending(bare):
        yield stem
        if bare.endswith("s"):  # rescuers, rescuer, rescue
            yield from _without_ending(stem)


def _without_ending(word: str) -> Iterator[str]:
    for ending, instead in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2 or word.endswith("ss"):
            continue
        yield from (stem + tail for tail in instead)
        if ending in _DOUBLING and len(stem) > 3 and stem[-1] == stem[-2]:
            yield stem[:-1]
