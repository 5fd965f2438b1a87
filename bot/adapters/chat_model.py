"""Any LangChain chat model as the generator; by two settings an OpenAI-compatible server."""

import re
import time
from collections.abc import Iterator

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from bot.errors import GeneratorUnavailable
from bot.ports import Prompt

_UNFINISHED = re.compile(r"[^.!?。！？\n]*\Z")


class ChatModelGenerator:
    """Gives what the model says once all of it is there: a reply that breaks off is no reply.

    `seconds` bounds the whole reply, not only the wait for its next piece. `says_why` where a stream that is complete
    always says why it ended, so that one which does not has broken off.
    """

    def __init__(self, model: BaseChatModel, name: str, seconds: float = 60.0, says_why: bool = False) -> None:
        self._model, self.name, self._seconds, self._says_why = model, name, seconds, says_why

    def write(self, prompt: Prompt) -> Iterator[str]:
        messages = [SystemMessage(prompt.system), HumanMessage(prompt.user)]
        last = time.monotonic() + self._seconds
        pieces, reason, late = [], "", False
        try:
            for chunk in self._model.stream(messages):
                pieces.append(str(chunk.text))
                reason = str(chunk.response_metadata.get("finish_reason") or reason)
                if late := time.monotonic() > last:
                    break
        except Exception as error:
            raise GeneratorUnavailable(f"the model {self.name} gave no answer: {type(error).__name__}") from error
        if late:
            raise GeneratorUnavailable(f"the model {self.name} took more than {self._seconds:g} seconds")
        yield self._whole("".join(pieces), reason)

    def _whole(self, text: str, reason: str) -> str:
        """The reply; of one that reached the limit of its length, the finished sentences."""
        if reason == "content_filter":
            raise GeneratorUnavailable(f"the model {self.name} refused to answer")
        if self._says_why and not reason:
            raise GeneratorUnavailable(f"the model {self.name} broke off")
        if reason == "length":
            text = _UNFINISHED.sub("", text)
        if not text.strip():
            raise GeneratorUnavailable(f"the model {self.name} said nothing")
        return text


def openai_compatible(url: str, model: str, key: str, timeout_seconds: float) -> ChatModelGenerator:
    """A server that speaks OpenAI's chat completions: one try, bounded in time and length."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    chat = ChatOpenAI(
        base_url=url,
        model=model,
        api_key=SecretStr(key),
        timeout=timeout_seconds,
        max_retries=0,
        temperature=0,
        max_completion_tokens=400,
        use_responses_api=False,
    )
    return ChatModelGenerator(chat, model, timeout_seconds, says_why=True)
