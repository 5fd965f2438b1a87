"""A part of the sample help center, published with the real models once a worker, and an assistant over it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.wiring import Encoders
from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.intents import load
from bot.prior import load_prior
from bot.replies import Replies, read_replies
from bot.retrieval import Retrieval
from bot.shelf import Shelf
from ingestion.corpus import Corpus
from ingestion.publishing import Publisher
from storage.engine import open_engine
from storage.publications import SqlPublications
from tests.conftest import ROOT

TRANSLATED = {"refund-course", "refund-status", "refund-subscription", "refund-degree-deposit"}
ENGLISH = {
    "cancel-subscription",
    "internal-chargebacks",
    "internal-goodwill-credits",
    "partner-payouts",
    "receipts-invoices",
    "refund-not-possible",
}
INTENTS = """
topics:
  - key: asked_for_human
    action: handoff
    department: Learner support
    priority: Medium
    category: human-request
    examples:
      en: ["I want to talk to a human", "agent please", "let me speak to a real person", "connect me with staff"]
      es: ["quiero hablar con una persona", "pásame con un agente", "necesito un agente humano"]
      zh: ["我要找人工客服", "请转人工", "我想和真人说话"]
  - key: refund_dispute
    action: handoff
    department: Billing
    priority: High
    category: refund-dispute
    examples:
      en: ["you charged me twice and nobody gives my money back", "my refund was refused and I dispute it"]
      es: ["me cobraron dos veces y nadie me devuelve el dinero"]
      zh: ["你们重复扣款还不退钱"]
  - key: greeting
    action: chat
    examples: {en: ["hello", "hi there", "good morning"], es: ["hola", "buenos días"], zh: ["你好", "早上好"]}
  - key: not_helped
    action: not_helped
    examples: {en: ["that did not help", "this is not what I asked"], es: ["eso no me sirvió"], zh: ["这没有帮助"]}
  - key: ordinary
    action: question
    examples:
      en: ["how do I get a refund?", "where is my receipt?", "how long does a refund take", "what is the deposit",
           "can I cancel my subscription", "is there an app", "what is the capital of France"]
      es: ["¿cómo pido un reembolso?", "¿dónde está mi recibo?", "¿cuánto tarda?"]
      zh: ["怎么申请退款？", "我的收据在哪里？", "需要多久？"]
"""


@pytest.fixture(scope="session")
def intents_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small intent file: topics of every action, a few examples each."""
    file = tmp_path_factory.mktemp("intents") / "intents.yaml"
    file.write_text(INTENTS, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def part(kb: Corpus) -> Corpus:
    """Refunds in three languages, what agents and partners alone may read, and a little more."""
    chosen = [each for each in kb.articles if each.id in (TRANSLATED | ENGLISH if each.locale == "en" else TRANSLATED)]
    return Corpus(tuple(chosen))


@pytest.fixture(scope="session")
def published(part: Corpus, encoders: Encoders, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """The data folder with `part` live as version 1, made once for all workers. Not to be changed; see `data`."""
    shared = (
        tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.mktemp("p")
    )
    folder = shared / "published"
    with (shared / "published.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            folder.mkdir()
            shutil.copy(migrated_file, folder / "firstline.db")
            engine = open_engine(f"sqlite:///{folder}/firstline.db")
            Publisher(folder, SqlPublications(engine), encoders.embedder).publish(part)
            engine.dispose()
    return folder


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    """A copy of the published folder that a test may change."""
    return Path(shutil.copytree(published, tmp_path / "data"))


@pytest.fixture(scope="session")
def library(published: Path) -> Iterator[Snapshot]:
    snapshot = Snapshot(published / "versions" / "1")
    yield snapshot
    snapshot.close()


@pytest.fixture(scope="session")
def retrieval(encoders: Encoders) -> Retrieval:
    return Retrieval(encoders.embedder)


@pytest.fixture(scope="session")
def replies() -> Replies:
    return read_replies(ROOT / "bot" / "replies.yaml")


@pytest.fixture(scope="session")
def assistant(
    published: Path, encoders: Encoders, retrieval: Retrieval, replies: Replies, intents_file: Path
) -> Iterator[Assistant]:
    shelf = Shelf(lambda: (1, frozenset()), lambda n, buried: Snapshot(published / "versions" / str(n), buried))
    intents = load(intents_file, encoders.intents, encoders.intents_name, intents_file.parent)
    prior = load_prior()
    yield Assistant(shelf, retrieval, intents, prior.calibrator, prior.thresholds(0.2), replies)
    shelf.close()
