"""Any LangChain chat model as the generator; by two settings an OpenAI-compatible server."""

from collections.abc import Iterator

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from bot.errors import GeneratorUnavailable
from bot.ports import Prompt


class ChatModelGenerator:
    """Streams what the model says."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._model, self.name = model, name

    def write(self, prompt: Prompt) -> Iterator[str]:
        messages = [SystemMessage(prompt.system), HumanMessage(prompt.user)]
        empty = True
        try:
            for chunk in self._model.stream(messages):
                if text := str(chunk.text):
                    empty = False
                    yield text
        except Exception as error:
            raise GeneratorUnavailable(f"the model {self.name} gave no answer: {type(error).__name__}") from error
        if empty:
            raise GeneratorUnavailable(f"the model {self.name} said nothing")


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
    return ChatModelGenerator(chat, model)
