"""A real language model on this machine, behind the real client."""

from __future__ import annotations

import json
import socket
import urllib.parse
from pathlib import Path

import pytest
from openai import AuthenticationError, OpenAI

from rag.llm.local import LocalServer
from rag.llm.weights import LocalModel


@pytest.mark.slow
@pytest.mark.timeout(1200)  # 15 minutes to fetch the model where it is not there yet, then to answer
def test_the_real_model_answers(real_model: LocalModel, tmp_path: Path) -> None:
    """It follows a schema, reads a prompt's known beginning only once, wants its key, and stops when told to."""
    schema = {"type": "object", "properties": {"answer": {"type": "string", "maxLength": 80}}, "required": ["answer"]}
    rule = "你根据资料回答问题，只用资料里的数字和单位，用一句话回答。资料没有提到的，不要回答。"
    facts = "资料：松溪县云岭大桥全长1280米，主跨420米，总投资6.5亿元，2024年3月18日建成通车。"
    with (
        LocalServer(real_model, log=tmp_path / "model.log", context=1024) as server,
        OpenAI(base_url=server.base_url, api_key=server.api_key) as client,
    ):
        said = []
        for question in ("云岭大桥全长多少米？", "云岭大桥总投资多少？"):
            reply = client.chat.completions.create(
                model=real_model.name,
                messages=[{"role": "system", "content": rule}, {"role": "user", "content": f"{facts}\n{question}"}],
                max_tokens=60,
                temperature=0,
                response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema, "strict": True}},
            )
            said.append(json.loads(reply.choices[0].message.content or ""))
        assert "1280" in said[0]["answer"]
        assert "6.5" in said[1]["answer"]
        assert reply.usage is not None
        assert reply.usage.prompt_tokens_details is not None
        assert (reply.usage.prompt_tokens_details.cached_tokens or 0) > reply.usage.prompt_tokens / 2
        with pytest.raises(AuthenticationError):
            client.with_options(api_key="another").completions.create(model=real_model.name, prompt="", max_tokens=1)
        url = server.base_url
    address = urllib.parse.urlsplit(url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=5)
