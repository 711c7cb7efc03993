"""What needs no search is recognised and answered by the program; what may be a question is left alone."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.chores import Form, Kind, recognise, reply_to
from rag.answer.smalltalk import Talk, talk_of
from rag.types import Question, Turn

_HISTORY = (
    Turn(role="user", text="你好"),
    Turn(role="assistant", text="你好，我是据实。"),
    Turn(role="user", text="请问河东区2023年新增了多少个学位？"),
    Turn(role="assistant", text="河东区新增学位3600个。[1]"),
    Turn(role="user", text="那清源区呢？"),
    Turn(role="assistant", text="清源区新增学位820个。[1]"),
)
_PASTED = """
### Chat History:
<chat_history>
USER: 请问河东区2023年新增了多少个学位？
ASSISTANT: 河东区新增学位3600个。[1]
USER: 那清源区呢？
</chat_history>"""

_TALK = {
    Talk.GREETING: [
        "你好",
        "您好！",
        "你好吗",
        "你好呀😊",
        "嗨",
        "在吗？",
        "早上好",
        "晚上好，小助手",
        "妳好",
        "你們好",
        "hello",
        "Hi there!",
        "Hey 👋",
        "Good morning.",
        "How are you?",
        "👋",
        "hello 你好",
        "最近怎么样？",
        "新年快乐！",
    ],
    Talk.THANKS: [
        "谢谢",
        "谢谢你！",
        "多謝",
        "非常感谢您的帮助",
        "辛苦了",
        "好的，谢谢🙏",
        "Thanks a lot!",
        "Thank you very much for your help",
        "ok thx",
        "收到",
        "太好了！",
        "👍",
    ],
    Talk.GOODBYE: ["再见", "再見！", "拜拜👋", "谢谢，再见", "bye", "See you later!", "没有问题了，再见", "Good night"],
    Talk.ABOUT: [
        "你是谁",
        "請問你是誰？",
        "你叫什么名字",
        "你能做什么",
        "你能做什麼？",
        "你好，你能做什么？",
        "你有哪些功能？",
        "怎么用",
        "如何使用",
        "怎么使用这个系统",
        "你是机器人吗",
        "你是谁设计的",
        "谁开发了你",
        "介绍一下你自己",
        "Who are you?",
        "What's your name?",
        "What can you do?",
        "How do I use this?",
        "help",
        "who made you",
        "你用的是什么模型",
        "你的数据来自哪里",
    ],
}

_NO_TALK = [
    "你好，河东区普惠性幼儿园覆盖率是多少？",
    "谢谢，那清源区呢",
    "謝謝，那清源區呢？",
    "临河博物馆是谁设计的",
    "谁设计了新图书馆",
    "你好李焕英票房多少",
    "早安中国是什么节目",
    "再见爱人第几季播出",
    "怎么申请普惠园",
    "如何使用医保码",
    "机器人大赛在哪里举行",
    "该系统怎么用",
    "早餐补助多少钱",
    "感谢信是谁写的",
    "没问题的幼儿园比例",
    "谢谢侬是哪里方言",
    "那清源区呢",
    "为什么",
    "2023年呢",
    "How are kindergartens funded?",
    "help desk 电话是多少",
    "who are the winners",
    "？？？",
    "大家好集团是谁创办的",
]

_OBJECT = "\n### Output:\nJSON format: { %s }\n### Guidelines:\n- no extra text"
_CHORES = [
    (
        Kind.TITLE,
        "### Task:\nGenerate a short title with an emoji for the chat history."
        + _OBJECT % '"title": "short title"'
        + _PASTED,
    ),
    (
        Kind.TAGS,
        "### Task:\nGenerate broad tags that categorize the chat history."
        + _OBJECT % '"tags": ["tag1", "tag2"]'
        + _PASTED,
    ),
    (
        Kind.FOLLOW_UPS,
        "### Task:\nSuggest follow-up questions the user might ask next." + _OBJECT % '"follow_ups": ["Q1?"]' + _PASTED,
    ),
    (
        Kind.QUERIES,
        "### Task:\nDecide whether generating search queries is necessary." + _OBJECT % '"queries": ["q1"]' + _PASTED,
    ),
    (
        Kind.COMPLETION,
        '### Task:\nYou are an autocompletion system. Continue the text in `<text>`. Respond in JSON: `{ "text": "" }`.'
        + _PASTED
        + "\n<type>General</type>\n<text>河东区的</text>",
    ),
    (Kind.EMOJI, "Your task is to pick an emoji that fits the message.\n\nMessage: ```河东区新增学位了```"),
    (Kind.TITLE, "用四到五个字直接返回这句话的简要主题，不要解释、不要标点、不要多余文本，没有主题就返回“闲聊”"),
    (Kind.TITLE, "Please generate a five word title summarizing our conversation without any punctuation or quotes."),
    (
        Kind.TITLE,
        "user: 河东区新增了多少学位\nassistant: 3600个\n\n请总结上述对话为15个字以内的标题，不需要包含标点符号",
    ),
    (
        Kind.TITLE,
        "请将用户的会话总结为12个字以内的标题，直接回复\n<content>\nuser: 河东区的学位\n</content>",
    ),
    (
        Kind.TITLE,
        "Provide a title of 5 words or less for the conversation.\n\nUser: 河东区的学位\nAI: 3600",
    ),
    (
        Kind.TITLE,
        "Analyze this conversation and provide:\n1. The language\n2. A concise title\n\nUser: 河东区的学位\nAI: 3600",
    ),
    (
        Kind.TITLE,
        "Write a very short subtitle for this conversation with no more than a few words. Exclude punctuation.",
    ),
    (Kind.TITLE, "Now write a concise title for this conversation."),
    (Kind.TITLE, "Summarize our chat so far as a short title."),
    (Kind.TITLE, "给这段对话起个标题"),
    (Kind.TITLE, "請為這段對話產生一個簡短的標題，不要標點"),
    (Kind.TITLE, "請用十個字以內總結這段對話的主題"),
    (Kind.TITLE, "将以上对话命名，不超过10个字"),
    (Kind.TITLE, '你是会话标题生成器，请根据聊天记录生成标题，以JSON返回：{"title": "…"}'),
    (Kind.TAGS, "请为以上对话生成3个标签，只返回标签，用逗号分隔"),
    (Kind.TAGS, "Extract up to 5 keywords from the chat history above. Output only the keywords."),
    (Kind.TAGS, "根据对话内容提取关键词，输出JSON数组"),
    (Kind.FOLLOW_UPS, "以下是对话内容：\n\n用户：河东区新增学位多少\n助手：3600\n\n请基于此生成三个追问问题。"),
    (Kind.FOLLOW_UPS, "根据上面的对话，推荐三个用户接下来可能会问的问题，以JSON数组返回"),
    (
        Kind.FOLLOW_UPS,
        '<history>\nuser: 河东区的学位\n</history>\nPredict questions that the user will ask. JSON array: ["q1", "q2"]',
    ),
    (Kind.FOLLOW_UPS, 'Suggest follow-ups for the conversation above as JSON: {"questions": ["..."]}'),
    (
        Kind.QUERIES,
        "From this chat, write a standalone question.\n\nHuman: 河东区的学位\nFollow Up Input: 那清源区呢？\nAnswer:",
    ),
    (Kind.QUERIES, "根据聊天记录，将用户的最新问题改写为独立的问题，只返回改写后的问题"),
    (Kind.QUERIES, '请根据对话历史生成搜索关键词，返回JSON：{"queries": ["..."]}'),
    (Kind.SUMMARY, "简要总结一下对话内容，用作后续的上下文提示，控制在 200 字以内"),
    (Kind.SUMMARY, "总结一下我们的对话"),
    (Kind.SUMMARY, "Summarize our conversation in 100 words."),
    (Kind.SUMMARY, "请总结以上对话"),
]

_QUESTIONS = [
    "这篇文章的标题是什么？",
    "给这些文章打标签有哪些做法？",
    "总结一下河东区的教育成果",
    "会议主题是什么",
    "生成式人工智能的标题党问题有哪些报道",
    "请列出河东区的重点任务",
    "中美战略对话的主题是什么",
    "总结一下中美战略对话的成果",
    "请总结“新时代对话会”的主题",
    "这次对话会的主题是什么",
    "用20字以内总结一下河东区教育工作的主题",
    "请推荐三个相关的政策文件",
    "聊天机器人进校园的试点有哪些学校",
    "我们的对话机制建立于哪一年",
    "写一个关于普惠园的标题",
    "这场发布会的主题词是什么",
    "如何给商品打标签",
    "关键词检索服务由谁提供",
    "搜索引擎的市场份额是多少",
    "追问制度是谁提出的",
    "询问和追问环节提出了哪些问题",
    "标签管理办法何时实施",
    "食品标签的规定有哪些",
    "主题教育活动返回了多少意见",
    "表情包侵权案怎么判的",
    "请给出河东区教育工作的关键词",
    "续写红色故事活动在哪里举办",
    "自动补全系统是哪家公司研发的",
    "本次会谈总结了哪些主题",
    "请概括这篇报道的主要内容",
    "总结这些新闻的主题",
    "请用一句话概括文章的主题",
    "请生成一份学位统计表",
    "该市提出了哪些后续问题的整改措施",
    "接下来可能提出的问题整改清单有几项",
    "以下哪个区的覆盖率最高？",
    "谈心谈话制度的主题是什么",
    "谁拟定了会议题目",
    "文明对话会的主题由谁提出",
    "会话管理系统由谁提供标签服务",
    "谢谢，那清源区呢",
    "請問這篇報導的標題是什麼？",
    "What is the title of the report?",
    "Summarize the education results of Hedong",
    "Which tags does the label regulation require?",
    "What topics did the conference discuss?",
    "Give me the titles of the articles about kindergartens",
    "What did the discussion between the two mayors conclude?",
    "What did the chatbot pilot conclude?",
    '### Task:\nRespond to the user query from the context.\n<context>\n<source id="1">河东</source>\n</context>',
]


@pytest.mark.parametrize(("talk", "text"), [(talk, text) for talk, texts in _TALK.items() for text in texts])
def test_small_talk_is_recognised(talk: Talk, text: str) -> None:
    """A message that is small talk from end to end is known as what it is, in both scripts and in English."""
    assert talk_of(text) is talk
    chore = recognise(Question(text=text))
    assert chore is not None
    assert chore.talk is talk
    assert reply_to(chore, Question(text=text))


@pytest.mark.parametrize("text", _NO_TALK)
def test_a_question_with_a_polite_word_is_a_question(text: str) -> None:
    """As soon as a part of the message may ask something, it is searched."""
    assert recognise(Question(text=text)) is None
    assert recognise(Question(text=text, history=_HISTORY)) is None


@pytest.mark.parametrize(("kind", "text"), _CHORES)
def test_a_chore_of_a_front_end_is_recognised(kind: Kind, text: str) -> None:
    """Titles, tags, follow-ups, queries, completions and summaries are known, and the reply is valid in its form."""
    question = Question(text=text, history=_HISTORY)
    chore = recognise(question)
    assert chore is not None
    assert chore.kind is kind
    reply = reply_to(chore, question)
    if "json" in text.lower():
        value = json.loads(reply)
        assert isinstance(value, dict if chore.form is Form.OBJECT else list)
        assert not isinstance(value, dict) or f'"{next(iter(value))}"' in text
    else:
        assert chore.form is Form.PLAIN


@pytest.mark.parametrize("text", _QUESTIONS)
def test_a_real_question_is_not_swallowed(text: str) -> None:
    """Questions that speak of titles, tags, topics and talks are searched, with and without a conversation before."""
    assert recognise(Question(text=text)) is None
    assert recognise(Question(text=text, history=_HISTORY)) is None


def _reply(text: str, history: tuple[Turn, ...] = _HISTORY) -> str:
    question = Question(text=text, history=history)
    chore = recognise(question)
    assert chore is not None
    return reply_to(chore, question)


def test_replies_are_made_from_the_pasted_conversation() -> None:
    """The title is the gist of the first real question, the query the last one made whole, the tags its words."""
    replies = {kind: json.loads(_reply(text, history=())) for kind, text in _CHORES[:5]}
    assert replies[Kind.TITLE] == {"title": "河东区2023年新增学位"}
    assert replies[Kind.QUERIES] == {"queries": ["请问清源区2023年新增了多少个学位？"]}
    assert replies[Kind.TAGS] == {"tags": ["河东区", "新增", "学位", "清源区"]}
    assert replies[Kind.FOLLOW_UPS] == {"follow_ups": []}
    assert replies[Kind.COMPLETION] == {"text": ""}


def test_replies_are_made_from_the_history_where_nothing_is_pasted() -> None:
    """Greetings are passed over; plain text is given where no JSON is demanded."""
    assert _reply("给这段对话起个标题") == "河东区2023年新增学位"
    assert _reply("将用户的会话总结为10个字以内的标题，不要标点") == "河东区2023年新增"
    assert _reply("根据聊天记录，将用户的最新问题改写为独立的问题，只返回问题") == "请问清源区2023年新增了多少个学位？"
    assert _reply("总结一下我们的对话") == "用户问过：请问河东区2023年新增了多少个学位？；那清源区呢？"
    assert _reply("给这段对话起个标题", history=_HISTORY[:2]) == "新对话"


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("请问河东区普惠性幼儿园覆盖率是多少？", "河东区普惠性幼儿园覆盖率"),
        ("你好，我想了解一下清源区的教育投入有多少", "清源区的教育投入"),
        ("請問河東區有哪些公辦幼兒園？謝謝", "河東區有哪些公辦幼兒園"),
        ("临河博物馆是谁设计的？", "临河博物馆是谁设计的"),
        ("2024年全市义务教育阶段进城务工人员随迁子女在公办学校就读的比例是多少", "2024年全市义务教育阶段进城务工人员"),
        (
            "What is the coverage of public kindergartens in Hedong district in 2023?",
            "coverage of public kindergartens in Hedong",
        ),
        ("为什么？", "为什么"),
    ],
)
def test_titles_drop_politeness_and_interrogatives(asked: str, title: str) -> None:
    """A title has no `请问` and no `是多少`, is cut between words, and keeps the script of the question."""
    assert _reply("给这段对话起个标题", history=(Turn(role="user", text=asked),)) == title


def test_a_question_that_asks_over_and_over_gets_its_title_at_once() -> None:
    """`有哪些` reads in two ways; without a bound on the pattern the time doubled with each of them."""
    asked = f"白鹭市的公办幼儿园{'有哪些' * 100}学位"
    began = time.thread_time()
    assert _reply("给这段对话起个标题", history=(Turn(role="user", text=asked),)).startswith("白鹭市的公办幼儿园")
    assert time.thread_time() - began < 5


def test_replies_follow_the_language_and_script_of_the_message() -> None:
    """Traditional, simplified and English messages are answered alike; a neutral one follows the conversation."""
    assert _reply("您好", history=()).startswith("你好，我是据实。")
    assert _reply("請問你是誰？", history=()).startswith("我是據實，只依據已收錄的文章回答問題")
    assert _reply("Who are you?", history=()).startswith("I am Jushi.")
    assert _reply("Thanks!", history=_HISTORY).startswith("You are welcome.")
    assert "據實" in _reply("你好", history=(Turn(role="user", text="請問學位有多少？"),))
    assert _reply("👋", history=()).startswith("你好")
    assert _reply("Summarize our chat", history=(Turn(role="user", text="Where is the library?"),)) == (
        "The user asked: Where is the library?"
    )


def test_an_instruction_in_a_system_message_is_seen_if_it_is_given() -> None:
    """The chore may come as instructions and the conversation as the message; a persona is no chore."""
    pasted = '[{"role": "user", "content": "河东区的学位有多少？"}, {"role": "assistant", "content": "3600个。"}]'
    question = Question(text=pasted)
    chore = recognise(question, instructions="你要将用户的会话总结为 10 个字以内的标题，不要使用标点符号")
    assert chore is not None
    assert reply_to(chore, question) == "河东区的学位"
    asked = Question(text="河东区的学位有多少？")
    assert recognise(asked, instructions="你是教育局的助手，回答要简短，不要使用标点符号。") is None
    assert recognise(asked, instructions="You are a helpful assistant. Answer in JSON.") is None


@given(st.text(alphabet="<>/history user:用户：\n\"'{}[]`#总结这段对话标题，。json返回你好哈", max_size=200))
def test_no_message_breaks_recognition(text: str) -> None:
    """Whatever stands in a message, recognising and replying raise nothing, and demanded JSON is valid."""
    question = Question(text=text)
    chore = recognise(question)
    if chore is not None:
        reply = reply_to(chore, question)
        assert chore.form is Form.PLAIN or json.loads(reply) is not None


def test_recognition_takes_milliseconds() -> None:
    """A long pasted text costs next to nothing: no search, no model, no backtracking."""
    texts = ["总结" * 8000, "user: a\n" * 3000, "<history>" * 2000, "[{" * 4000, "哈" * 80, "对话，" * 5000 + "标题"]
    began = time.perf_counter()
    for text in texts:
        recognise(Question(text=text, history=_HISTORY))
    assert time.perf_counter() - began < 3
