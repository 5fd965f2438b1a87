"""The one composition root: settings in, working parts out. Tests pass their own parts by keyword."""

import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.lazy_embedder import LazyEmbedder
from bot.adapters.measurements import Measurements
from bot.adapters.names import DEFAULT_NAME
from bot.adapters.snapshot import Snapshot
from bot.assistant import Assistant
from bot.caching import AnswerCache
from bot.desk_settings import DeskSettings, EmailDesk, WebhookDesk, ZendeskDesk
from bot.errors import BadInput
from bot.generating import Writer
from bot.grounding import Nearness
from bot.intents import Encode, Intents
from bot.intents import load as load_intents
from bot.language import detect
from bot.ports import Embedder, Generator, Reranker
from bot.prior import Prior, load_prior
from bot.replies import Replies, read_replies
from bot.retrieval import Retrieval
from bot.settings import Settings
from bot.shelf import Shelf
from evals.configuration import git_revision, models_of, settings_of
from evals.gating import Verdict
from evals.quality_gate import Measure, QualityGate
from evals.remembering import RememberingEmbedder
from evals.results import Run
from evals.store import DRAFT, save
from evals.workbench import Workbench
from helpdesk.connectors import email, webhook, zendesk
from helpdesk.connectors.built_in import BuiltInDesk
from helpdesk.connectors.zendesk_news import ZendeskNews
from helpdesk.conversations import Chat
from helpdesk.courier import Attempt, Courier
from helpdesk.delivery import BUILT_IN, TicketDesk
from helpdesk.desk import Desk
from helpdesk.models import SiteRules
from helpdesk.ports import Store
from helpdesk.retrying import Patience
from helpdesk.takeover import Takeover
from helpdesk.worker import Worker
from ingestion.corpus import Corpus, read_corpus
from ingestion.draft import Draft, Progress, no_progress
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
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, str(settings.threads))
    from bot.adapters.default_embedder import DefaultEmbedder

    default = DefaultEmbedder(settings.models, settings.threads)
    embedder = default if settings.embedder == "default" else _other_embedder(settings)
    return Encoders(embedder, default.for_intents, default.name)


def _other_embedder(settings: Settings) -> Embedder:
    kind, _, model = settings.embedder.partition(":")
    match kind:
        case "sentence-transformers" if model:
            from bot.adapters.sentence_transformers import SentenceTransformersEmbedder

            return SentenceTransformersEmbedder(model)
        case "onnx" if model:
            from bot.adapters.onnx_embedder import OnnxEmbedder

            return OnnxEmbedder(Path(model), settings.threads)
        case "openai" if model:
            return _openai_embedder(settings, model)
    raise BadInput(
        f"setting 'embedder': '{settings.embedder}' is neither default nor one of sentence-transformers:NAME, "
        "onnx:FOLDER and openai:MODEL"
    )


def _openai_embedder(settings: Settings, model: str) -> Embedder:
    from bot.adapters.openai_embedder import OpenAIEmbedder
    from bot.adapters.token_counter import count_tokens

    if not settings.embedder_url:
        raise BadInput(f"setting 'embedder_url': '{settings.embedder}' needs the base URL of a server")
    return OpenAIEmbedder(
        settings.embedder_url,
        model,
        settings.embedder_key.get_secret_value(),
        lambda text: count_tokens(text, settings.models / "tiktoken"),
        settings.generator_timeout.total_seconds(),
    )


def lazy_embedder(settings: Settings) -> Embedder:
    """The same embedder, its models loaded only when something is embedded."""
    name = DEFAULT_NAME if settings.embedder == "default" else settings.embedder
    kind, _, folder = settings.embedder.partition(":")
    if kind == "onnx" and folder:
        from bot.adapters.onnx_embedder import read_card

        name = read_card(Path(folder)).name
    return LazyEmbedder(name, lambda: make_encoders(settings).embedder)


def make_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder; None where none is configured. Raises BadInput for an unknown one."""
    name, _, model = settings.reranker.partition(":")
    if not settings.reranker:
        return None
    if name == "sentence-transformers" and model:
        from bot.adapters.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(model)
    raise BadInput(f"setting 'reranker': '{settings.reranker}' is not sentence-transformers:NAME")


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


def make_writer(settings: Settings, embedder: Embedder, generator: Generator | None = None) -> Writer | None:
    """The language model's part; None where none is configured."""
    if generator is None and not settings.generator_url:
        return None
    from bot.adapters.token_counter import count_tokens

    if generator is None:
        from bot.adapters.chat_model import openai_compatible

        generator = openai_compatible(
            settings.generator_url,
            settings.generator_model,
            settings.generator_key.get_secret_value(),
            settings.generator_timeout.total_seconds(),
        )
    return Writer(generator, lambda text: count_tokens(text, settings.models / "tiktoken"), make_nearness(embedder))


def make_nearness(embedder: Embedder) -> Nearness:
    """How near texts are by this embedder; each is embedded in its own language."""

    def nearness(text: str, others: Sequence[str]) -> list[float]:
        texts = [text, *others]
        vectors = embedder.embed_questions(texts, [detect(each) for each in texts])
        return [float(vectors[0] @ other) for other in vectors[1:]]

    return nearness


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


def make_desks(settings: Settings) -> Mapping[str, TicketDesk]:
    """Every desk of the settings, and the built-in one. Raises BadInput where a site names one that is not there."""
    if BUILT_IN in settings.desks:
        raise BadInput(f"setting 'desks': '{BUILT_IN}' is the built-in desk's name; choose another")
    desks = {BUILT_IN: BuiltInDesk()} | {name: _desk(name, desk) for name, desk in settings.desks.items()}
    for name, site in settings.sites.items():
        if site.connector not in desks:
            raise BadInput(f"site '{name}': there is no desk '{site.connector}'; the settings have {', '.join(desks)}")
        if site.mailer and not isinstance(settings.desks.get(site.mailer), EmailDesk):
            raise BadInput(f"site '{name}': there is no e-mail desk '{site.mailer}' to be its mailer")
    return desks


def desk_names(settings: Settings) -> Collection[str]:
    return {BUILT_IN, *settings.desks}


def _desk(name: str, desk: DeskSettings) -> TicketDesk:
    match desk:
        case WebhookDesk():
            return webhook.make(name, desk)
        case ZendeskDesk():
            return zendesk.make(name, desk)
        case EmailDesk():
            return email.make(name, desk)


def make_news(settings: Settings, store: Store) -> Mapping[str, ZendeskNews]:
    """Readers of what happens at the desks that can tell."""
    return {
        name: ZendeskNews(
            name,
            zendesk.make(name, desk),
            store,
            [secret.get_secret_value() for secret in desk.webhook_secrets],
            desk.poll,
        )
        for name, desk in settings.desks.items()
        if isinstance(desk, ZendeskDesk)
    }


def make_worker(
    settings: Settings,
    store: Store,
    desks: Mapping[str, TicketDesk],
    *,
    report: Callable[[Attempt], None],
    trouble: Callable[[Exception], None],
) -> Worker:
    """Delivers what the outbox owes, once it is started."""
    patience = Patience(settings.retry_longest, settings.give_up)
    courier = Courier(store, desks, patience=patience, public_url=settings.public_url)
    return Worker(store, courier, desks, report=report, trouble=trouble)


def idle_minutes(settings: Settings) -> int:
    """Whole minutes of silence after which a conversation counts as ended; at least one."""
    return max(1, int(settings.idle.total_seconds() // 60))


def site_rules(settings: Settings) -> Mapping[str, SiteRules]:
    return {
        name: SiteRules(collections=site.collections, connector=site.connector, mailer=site.mailer)
        for name, site in settings.sites.items()
    }


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


def make_gate(
    settings: Settings,
    storage: Storage,
    measure: Measure,
    *,
    full: bool = False,
    progress: Progress = no_progress,
    passed: Callable[[Verdict], object] = lambda _: None,
) -> QualityGate:
    """The gate of `firstline index --gate`; its models are loaded when there is something to ask."""

    @contextmanager
    def open_draft(draft: Draft) -> Iterator[Assistant]:
        shelf = Shelf(lambda: (draft.version, frozenset()), lambda _, buried: Snapshot(draft.folder, buried))
        with closing(shelf):
            yield make_assistant(settings, publications=storage.publications, shelf=shelf)

    def describe(draft: Draft, assistant: Assistant) -> dict[str, Any]:
        own = {"corpus": f"{DRAFT}{draft.version}"}
        return {
            "settings": settings_of(settings, assistant, draft.folder) | own,
            "models": models_of(settings, assistant),
            "git_revision": git_revision(),
        }

    def keep(run: Run) -> None:
        save(settings.data, run)

    return QualityGate(measure, open_draft, describe, full, progress, keep, passed)
