"""The one composition root: settings in, working parts out. Tests pass their own parts by keyword."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.desks import make_desks, make_news, site_rules
from api.models import make_reranker, make_writer, other_embedder
from bot.adapters.lazy_embedder import LazyEmbedder
from bot.adapters.measurements import Measurements
from bot.adapters.names import DEFAULT_NAME
from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.caching import AnswerCache
from bot.errors import BadInput
from bot.intents import Encode, Intents
from bot.intents import load as load_intents
from bot.ports import Embedder, Generator
from bot.prior import Prior, load_prior
from bot.replies import Replies, read_replies
from bot.retrieval import Retrieval
from bot.settings import Settings
from bot.shelf import Shelf
from evals.remembering import RememberingEmbedder
from evals.workbench import Workbench
from helpdesk.connectors.zendesk_news import ZendeskNews
from helpdesk.conversations import Chat
from helpdesk.delivery import TicketDesk
from helpdesk.desk import Desk
from helpdesk.takeover import Takeover
from ingestion.corpus import Corpus, read_corpus
from ingestion.ports import Publications
from ingestion.pruning import version_folder
from ingestion.publishing import Publisher
from storage.agents import Agents
from storage.engine import open_engine
from storage.migrations import upgrade
from storage.publications import SqlPublications
from storage.store import SqlStore


@dataclass(frozen=True, slots=True)
class Storage:
    """The SQL side, opened and up to date."""

    store: SqlStore
    publications: SqlPublications
    agents: Agents


@dataclass(frozen=True, slots=True)
class Encoders:
    """The embedder of articles and questions, and the encoder by which intents are recognised."""

    embedder: Embedder
    intents: Encode
    intents_name: str


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that the HTTP faces need."""

    settings: Settings
    assistant: Assistant
    chat: Chat
    desk: Desk
    takeover: Takeover
    storage: Storage
    desks: Mapping[str, TicketDesk]
    """Where tickets are delivered, by the name that a site's `connector` gives."""
    news: Mapping[str, ZendeskNews]
    """What agents do there, by the same name."""


def open_storage(settings: Settings) -> Storage:
    """Open the database, making or migrating it where needed."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    upgrade(engine)
    return Storage(SqlStore(engine), SqlPublications(engine), Agents(engine))


def make_encoders(settings: Settings) -> Encoders:
    """The models. Raises ModelUnavailable where a file is missing and BadInput for an unknown embedder."""
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.threads))
    from bot.adapters.default_embedder import DefaultEmbedder

    default = DefaultEmbedder(settings.models, settings.threads)
    embedder = default if settings.embedder == "default" else other_embedder(settings)
    return Encoders(embedder, default.for_intents, default.name)


def lazy_embedder(settings: Settings) -> Embedder:
    """The same embedder, its models loaded only when something is embedded."""
    name = DEFAULT_NAME if settings.embedder == "default" else settings.embedder
    kind, _, folder = settings.embedder.partition(":")
    if kind == "onnx" and folder:
        from bot.adapters.onnx_embedder import read_card

        name = read_card(Path(folder)).name
    return LazyEmbedder(name, lambda: make_encoders(settings).embedder)


def make_intents(settings: Settings, encoders: Encoders) -> Intents:
    return load_intents(settings.intents, encoders.intents, encoders.intents_name, settings.models)


def make_shelf(settings: Settings, publications: Publications, embedder: str = "") -> Shelf:
    """The live version of this data folder; with the name of an `embedder`, none that another one made."""

    def live() -> tuple[int, frozenset[str]] | None:
        version = publications.live()
        return None if version is None else (version, publications.tombstones())

    def open_version(version: int, tombstones: frozenset[str]) -> Snapshot:
        return Snapshot(version_folder(settings.data, version), tombstones, embedder)

    return Shelf(live, open_version, settings.poll.total_seconds())


def make_assistant(
    settings: Settings,
    *,
    publications: Publications,
    encoders: Encoders | None = None,
    intents: Intents | None = None,
    shelf: Shelf | None = None,
    generator: Generator | None = None,
) -> Assistant:
    """The bot over the live index version of this data folder."""
    encoders = encoders or make_encoders(settings)
    intents = intents or make_intents(settings, encoders)
    replies = read_replies(settings.replies)
    check_replies(settings, intents, replies)
    prior = load_prior()
    return Assistant(
        shelf=shelf or make_shelf(settings, publications, encoders.embedder.name),
        retrieval=Retrieval(encoders.embedder, reranker=make_reranker(settings)),
        intents=intents,
        calibrator=prior.calibrator,
        thresholds=prior.thresholds(settings.target_error_rate),
        replies=replies,
        writer=make_writer(settings, encoders.embedder, generator),
        cache=AnswerCache(settings.answer_cache) if settings.answer_cache else None,
        measured=make_measurements(settings, prior),
    )


def make_measurements(settings: Settings, prior: Prior) -> Measurements:
    """What labelled questions proved of the versions in this data folder."""
    return Measurements(
        lambda version: version_folder(settings.data, version), prior.calibrator, settings.target_error_rate
    )


def check_replies(settings: Settings, intents: Intents, replies: Replies) -> None:
    """Raises BadInput where a topic of the intent file has no words to answer with."""
    for topic in intents.topics:
        said = {"handoff": f"handoff_{topic.key}", "question": None, "decline": "out_of_scope"}
        key = said.get(topic.action, topic.key)
        if key is not None and not replies.has(key):
            raise BadInput(f"{settings.replies}: there is no '{key}' for the topic '{topic.key}' of the intent file")


def make_publisher(settings: Settings, publications: Publications, embedder: Embedder) -> Publisher:
    return Publisher(settings.data, publications, embedder)


def make_service(
    settings: Settings,
    *,
    storage: Storage | None = None,
    encoders: Encoders | None = None,
    assistant: Assistant | None = None,
) -> Service:
    """The whole service behind the HTTP routes."""
    desks = make_desks(settings)
    storage = storage or open_storage(settings)
    assistant = assistant or make_assistant(settings, publications=storage.publications, encoders=encoders)
    store, sites = storage.store, site_rules(settings)
    chat, desk, news = Chat(store, assistant, sites=sites), Desk(store), make_news(settings, store)
    return Service(settings, assistant, chat, desk, make_takeover(settings, storage), storage, desks, news)


def make_takeover(settings: Settings, storage: Storage) -> Takeover:
    return Takeover(storage.store, sites=site_rules(settings))


def idle_minutes(settings: Settings) -> int:
    """Whole minutes of silence after which a conversation counts as ended; at least one."""
    return max(1, int(settings.idle.total_seconds() // 60))


def make_workbench(
    settings: Settings, remember: Path | None = None, wrap: Callable[[Embedder], Embedder] = lambda embedder: embedder
) -> Workbench:
    """Publishes a corpus into a folder that lasts as long as it is looked at; the models are loaded once.

    With `remember`, the vectors of each corpus are kept in that folder for the next time; `wrap` puts something around
    the embedder of passages.
    """
    encoders = make_encoders(settings)
    intents = make_intents(settings, encoders)

    @contextmanager
    def workbench(corpus: Path | Corpus) -> Iterator[Assistant]:
        with tempfile.TemporaryDirectory() as folder:
            own = settings.model_copy(update={"data": Path(folder), "database": "", "answer_cache": 0})
            publications = open_storage(own).publications
            embedder = wrap(encoders.embedder)
            if remember is not None and isinstance(corpus, Path):
                embedder = RememberingEmbedder(embedder, remember / f"{corpus.resolve().parent.name}-{corpus.stem}.npz")
            read = corpus if isinstance(corpus, Corpus) else read_corpus([corpus])
            make_publisher(own, publications, embedder).publish(read, skip_invalid=True)
            if isinstance(embedder, RememberingEmbedder):
                embedder.keep()
            assistant = make_assistant(own, publications=publications, encoders=encoders, intents=intents)
            yield assistant
            assistant.shelf.close()

    return workbench
