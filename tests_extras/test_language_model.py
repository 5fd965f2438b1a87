"""A real, small language model behind an OpenAI-compatible server. It invents prices and links; that proves the wiring
and the check of each sentence, and says nothing about how good the answers of a good model are."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from api import wiring
from bot.adapters.chat_model import openai_compatible
from bot.adapters.langchain_retriever import FirstlineRetriever
from bot.assistant import Assistant
from bot.errors import GeneratorUnavailable
from bot.models import Answer, Question
from bot.ports import Prompt
from bot.settings import Settings, load_settings
from ingestion.corpus import read_corpus

ARTICLES = Path(__file__).parent.parent / "kb_articles" / "en"
PATIENCE = timedelta(seconds=180)
"""A busy machine takes long; a reply that comes too late would prove nothing of the check."""
QUESTIONS = (
    "How do I get a refund of a course?",
    "How do I reset a forgotten password?",
    "How do I cancel my Quillmere Plus subscription?",
    "How do I apply for financial aid?",
    "How do I download videos to watch offline?",
    "How do I turn captions on for a video?",
    "How do I change the e-mail address of my account?",
    "How do I hand in an assignment?",
    "How do I ask for a refund of a degree deposit?",
    "How do I change the playback speed of a video?",
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load_settings(data=tmp_path_factory.mktemp("data"), target_error_rate=0.2)
    storage = wiring.open_storage(settings)
    encoders = wiring.make_encoders(settings)
    wiring.make_publisher(settings, storage.publications, encoders.embedder).publish(read_corpus([ARTICLES]))
    return settings


@contextmanager
def assistant_with(settings: Settings, url: str = "") -> Iterator[Assistant]:
    """A bot over the published articles; without `url` the extractive one."""
    own = settings.model_copy(
        update={"generator_url": url, "generator_model": "smollm2", "generator_timeout": PATIENCE}
    )
    assistant = wiring.make_assistant(own, publications=wiring.open_storage(own).publications)
    with closing(assistant.shelf):
        yield assistant


def test_no_number_and_no_link_that_the_article_lacks_reaches_the_learner(
    published: Settings, language_model: str
) -> None:
    written = 0
    with assistant_with(published, language_model) as assistant, assistant_with(published) as plain:
        for text in QUESTIONS:
            outcome, extractive = assistant.answer(Question(text)), plain.answer(Question(text))
            assert isinstance(outcome, Answer)
            assert isinstance(extractive, Answer)
            assert outcome.citations[0].article_id == extractive.citations[0].article_id
            written += outcome.text != extractive.text
            with assistant.shelf.library() as library:
                article = library.article(f"en/{outcome.citations[0].article_id}")
            known = f"{article.title}\n{article.text}"
            shown = re.sub(r"\]\([^)]*\)|^\s*\d+\. ", "", outcome.text, flags=re.MULTILINE)
            assert set(re.findall(r"\d+", shown)) <= set(re.findall(r"\d+", known))
            assert not re.findall(r"https?://\S+|www\.\S+|\S+@\S+", shown)
    print(f"written by the model: {written} of {len(QUESTIONS)}")


def test_the_model_itself_does_invent(language_model: str) -> None:
    generator = openai_compatible(language_model, "smollm2", "none", 60)
    text = "".join(generator.write(Prompt("You are a support agent.", "What does a Quillmere course cost, exactly?")))
    assert re.search(r"\d", text), "the model said no number; the check above then proves little"


def test_a_server_that_is_gone_leaves_the_extractive_answer(published: Settings) -> None:
    with assistant_with(published, "http://127.0.0.1:9/v1") as assistant:
        outcome = assistant.answer(Question(QUESTIONS[0]))
    assert isinstance(outcome, Answer)
    assert outcome.citations[0].article_id == "refund-course"
    with pytest.raises(GeneratorUnavailable):
        list(openai_compatible("http://127.0.0.1:9/v1", "m", "none", 2).write(Prompt("a", "b")))


def test_the_retriever_works_in_a_langchain_chain(published: Settings, language_model: str) -> None:
    from langchain_openai import ChatOpenAI

    prompt = ChatPromptTemplate.from_template("Context: {context}\nQuestion: {question}")
    model = ChatOpenAI(base_url=language_model, model="smollm2", api_key="none", timeout=60, max_completion_tokens=40)
    with assistant_with(published) as plain:
        retriever = FirstlineRetriever(shelf=plain.shelf, retrieval=plain.retrieval, k=3)
        documents = retriever.invoke("forgotten password")
        chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model
        said = chain.invoke("forgotten password").text
    assert documents[0].metadata["article_id"] == "reset-password"
    assert said.strip()
