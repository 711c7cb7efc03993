"""Small talk: greetings, thanks, goodbyes and questions about Jushi itself, and what is said to them."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from rag.text.script import fold, to_traditional

_LONGEST = 80  # code points; small talk is short
_GRATEFUL = "🙏👍👌💯❤😊🥰"


class Talk(StrEnum):
    """What a message is that asks nothing of the articles; the first that a message holds decides the reply."""

    ABOUT = "about"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    GREETING = "greeting"


_YOU = "(?:你们?|您|据实|jushi)"
_WHAT = "(?:什么|啥|哪些|哪几)"
_TOOL = "(?:这个?|本)(?:系统|工具|网站|软件|助手|页面|应用|机器人|程序)"
_MADE = "(?:设计|开发|制作|制造|创造|训练|研发|做|造|写)"
_FOR_HELP = "(?: (?:so|very) much| a lot| a bunch| again)?(?: for (?:your|the) (?:help|answer|time|reply))?"
_MACHINE = "(?:一个|个)?(?:机器人|人工智能|ai|真人|人类?|程序|大?模型|chatgpt|gpt|deepseek|qwen|豆包|文心一言)"

# Folded, without punctuation. A phrase says by itself that nothing is asked of the articles.
_PHRASES: dict[Talk, str] = {
    Talk.ABOUT: rf"""
        {_YOU}(?:到底|究竟)?(?:是|叫)(?:谁|{_WHAT}(?:东西|名字|模型|ai|助手|机器人|系统)?|哪个模型|哪家公司的?|{_MACHINE}|不是{_MACHINE})
        (?:您?贵姓|(?:是谁|谁){_MADE}(?:了|的)?{_YOU}(?:的)?)
        {_YOU}是(?:谁|哪里|哪家公司|哪个公司|哪个团队|什么公司|怎么){_MADE}(?:出来)?的
        {_YOU}(?:都|还)?(?:能|可以|会|能够)(?:帮|为|替|给)?(?:我|我们)?(?:都)?(?:做|干|回答|提供|办)?(?:点|些)?{_WHAT}(?:事情?|问题|忙|服务|内容)?
        {_YOU}(?:都)?有{_WHAT}(?:功能|本领|本事|能力|用处?|作用|服务)
        {_YOU}的?(?:功能|作用|能力|用途|本领)(?:都)?(?:是|有)?{_WHAT}
        {_YOU}(?:能|可以)(?:帮|帮助|帮帮)我吗?
        {_YOU}(?:是)?(?:用|使用|基于|用的|用的是)(?:的是)?(?:什么|哪个|哪种)(?:大?模型|技术|数据)(?:的)?
        {_YOU}(?:是)?(?:怎么|如何|怎样)(?:工作|回答问题|运作)的?
        {_YOU}的?(?:答案|回答|信息|数据|资料|内容)(?:是)?(?:从哪里?来的?|来自哪里|从哪儿来的?|可靠吗|可信吗|准确吗)
        {_YOU}的?(?:名字|姓名|身份)(?:是|叫)?{_WHAT}?
        我?(?:该|应该|要|可以|能)?(?:怎么|如何|怎样)(?:向{_YOU}|对{_YOU})?(?:使用|用|提问)(?:{_YOU}|{_TOOL})?
        {_YOU}是(?:做|干){_WHAT}(?:用)?的
        (?:{_YOU}|{_TOOL})(?:该|要)?(?:怎么|如何|怎样)(?:用|使用)
        (?:{_TOOL}|这)是(?:干|做){_WHAT}(?:用)?的
        (?:我)?(?:可以|能)(?:问|向你问|问你)(?:点|些)?{_WHAT}(?:问题|内容|东西)?
        (?:请|麻烦)?{_YOU}?(?:先)?(?:做个|做一下|来个)?(?:简单)?(?:自我介绍|介绍(?:一下)?(?:下)?{_YOU}?自己)(?:一下|吧)?
        (?:使用|操作)?(?:帮助|说明书?|指南)|(?:使用|操作)(?:方法|教程)
        who are (?:you|u)|what are you|what(?:s| is) your name
        (?:what|which) (?:ai )?model (?:are you|is this|do you use)
        what (?:can|do|could) (?:you|jushi|this) do(?: for me)?|what is (?:this|jushi)
        what(?:s| is) this(?: for)?
        (?:how )?can (?:you|u) help(?: me)?|what can i ask(?: you)?
        how (?:do|can|should) i (?:use (?:this|you|it|jushi)|ask)
        how (?:do you|does (?:this|it|jushi)) work|how to use(?: this| it| jushi)?|help(?: me)?|usage
        instructions
        are you (?:a |an )?(?:bot|robot|human|person|ai|real|real person|chatgpt|gpt|machine)
        (?:please )?introduce yourself
        who (?:made|created|built|designed|trained|developed) (?:you|jushi)
        tell me (?:something )?about yourself
        where (?:do|does) your (?:answers|information|data) come from
    """,
    Talk.GOODBYE: """
        再见|再会|拜拜|拜|回头见|下次见|明天见|回见|晚安|先这样|就这样|下次再聊|下回再聊|我(?:先)?(?:走|下|撤)了
        没事了|没有(?:别的)?问题了|不用了
        (?:good ?)?bye(?: bye)?|see (?:you|ya|u)(?: later| soon| tomorrow| next time)?|good night|take care
        thats all|farewell|cya
    """,
    Talk.THANKS: rf"""
        (?:非常|十分|太|多|真|很|衷心)?(?:谢谢|感谢|感激|谢)(?:了|您们?|你们?|啦)?(?:的)?(?:帮助|帮忙|回答|解答|回复|指点)?
        (?:非常|十分)感谢
        辛苦(?:了|您了?|你了?)?|麻烦(?:你|您)?了|帮大忙了|有心了|劳驾了|费心了
        好的?|行|嗯+|可以|明白了?|懂了|知道了|了解了?|收到|清楚了|原来如此|不错|很好|太好了|真好|真棒|太棒了
        很棒|棒|厉害|真厉害|赞|点赞|完美|没问题|哈哈+|呵呵+|嘿嘿+
        (?:many |much )?(?:thanks|thx|thank (?:you|u)|ty|tks|cheers){_FOR_HELP}
        (?:much )?appreciated|i appreciate it|great|awesome|cool|nice|perfect|excellent|good(?: job)?|well done
        ok(?:ay)?|got it|i see|understood|sure|fine|haha+|lol
    """,
    Talk.GREETING: rf"""
        (?:你们?|您|大家|同学们?|老师)好|(?:早上|上午|中午|下午|晚上|早|午|晚)(?:好|安)|早|嗨+|哈[喽啰罗咯]|嘿+
        喂+|哈哈?咯|hello+|hi+|hey+(?: there)?|yo|hiya
        在(?:吗|不在|么|不)?|有人(?:在)?吗|{_YOU}在吗|{_YOU}还?好吗
        {_YOU}?(?:最近|近来|今天)(?:还)?(?:好吗|怎么样|如何|过得好吗|过得怎么样)|吃了吗|吃饭了吗
        (?:新年|春节|元旦|中秋|国庆|节日|周末|端午)(?:好|快乐|愉快)|很?高兴(?:见到|认识){_YOU}|初次见面|请多关照
        好久不见|久仰|幸会|打扰(?:一下|了)
        good (?:morning|afternoon|evening|day)|greetings|how are (?:you|u)(?: doing)?(?: today)?|hows it going
        whats up|sup|howdy|nice to meet you|long time no see|(?:is )?any(?:one|body) there|are you there
    """,
}
_FILLER = (
    r"(?:请问一?下?|那么?|嗯+|哦+|啊|哈哈+|嘿+|我?想?问一?下|不好意思|and|so|well|oh|please|then|but|i want to ask)"
)
_ENDING = (
    r"(?:[呀啊哦喔哈呢吗嘛么啦了哟噢诶耶哇吧呐捏]|一下|先生|女士|朋友们?|小?助手|据实|机器人|老师|同学|亲"
    r"|jushi|there|sir|friend|buddy|bot|all|everyone)"
)

_BOUND = r"(?![a-z0-9])"  # an English phrase ends with its last word
_ITEMS: list[tuple[Talk | None, re.Pattern[str]]] = [
    *(
        (talk, re.compile(f"(?:{line.strip()}){_BOUND}"))
        for talk, lines in _PHRASES.items()
        for line in lines.splitlines()
        if line.strip()
    ),
    (None, re.compile(_FILLER + _BOUND)),
    (None, re.compile(_ENDING + _BOUND)),
]

_REPLIES = {  # in Chinese and in English
    Talk.GREETING: (
        "你好，我是据实。请直接提问：我只依据已收录的文章回答，每句话都标明出处；文章没有写到的，我会如实说明。",
        "Hello, I am Jushi. Ask me about the collected articles: each sentence I answer names its source.",
    ),
    Talk.THANKS: (
        "好的，不客气。还想了解什么，请继续提问；我只依据已收录的文章回答，每句话都标明出处。",
        "You are welcome. Ask on: I answer only from the collected articles, each sentence with its source.",
    ),
    Talk.GOODBYE: (
        "再见。想查证已收录文章里的内容时，欢迎随时回来提问，每句回答都会标明出处。",
        "Goodbye. Come back whenever you want to check something in the collected articles.",
    ),
    Talk.ABOUT: (
        """我是据实，只依据已收录的文章回答问题：每句话都标明出处，可以核对原文；文章没有写到的，我会如实说明。
请用一句话直接提问，最好写明地点、时间和想了解的内容。""",
        """I am Jushi. I answer only from the collected articles, with sources, and say so when they do not answer.
Just ask in one sentence, best with the place, the time and what you want to know.""",
    ),
}


def talk_of(text: str) -> Talk | None:
    """What kind of small talk `text` is; None when any part of it may ask something of the articles."""
    if len(text) > _LONGEST:
        return None
    key = _spoken(text)
    if not key:
        return _of_emoji(text)
    found: set[Talk] = set()
    at = 0
    while at < len(key):
        if key[at] == " ":
            at += 1
            continue
        matches = [(match.end(), talk) for talk, item in _ITEMS if (match := item.match(key, at))]
        if not matches:
            return None
        at, talk = max(matches, key=lambda match: match[0])
        if talk:
            found.add(talk)
    return next((talk for talk in Talk if talk in found), None)


def answer_to(talk: Talk, tongue: str) -> str:
    """What Jushi says, in the language `tongue`: `zh-Hant`, `en`, or else `zh-Hans`."""
    chinese, english = _REPLIES[talk]
    if tongue == "en":
        return english
    return to_traditional(chinese) if tongue == "zh-Hant" else chinese


def _spoken(text: str) -> str:
    """Folded words without punctuation and emoji; spaces stay between words of Latin letters only."""
    plain = fold(text).replace("'", "").replace("’", "").replace("妳", "你")
    letters = "".join(character if character.isalnum() else " " for character in plain)
    return re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])", "", " ".join(letters.split()))


def _of_emoji(text: str) -> Talk | None:
    """A message of nothing but emoji is thanks or a greeting."""
    if not any(unicodedata.category(character) == "So" for character in text):
        return None
    return Talk.THANKS if any(mark in text for mark in _GRATEFUL) else Talk.GREETING
