"""An agent joins while learners write, on both databases: the bot says nothing after the agent came."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.errors import BadInput
from helpdesk.conversations import Chat
from helpdesk.models import Agent, Contact, Delivered
from helpdesk.takeover import Takeover
from storage.engine import open_engine
from storage.store import SqlStore
from tests.helpdesk.scripted import Script

KIM, LEE = Agent("kim", "agent", "Kim"), Agent("lee", "agent", "Lee")


def test_five_messages_in_flight_while_somebody_joins_from_another_process(engine: Engine) -> None:
    other = open_engine(engine.url.render_as_string(hide_password=False))
    chat, takeover = Chat(SqlStore(engine), Script(pause=0.03)), Takeover(SqlStore(other))
    conversation, _ = chat.start("demo", "en")
    number = chat.request_person(conversation, Contact(), "r1").number
    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(chat.send, conversation, f"question {n}", f"k{n}") for n in range(5)]
        pool.submit(takeover.join, number, KIM).result()
        results = [future.result() for future in sent]
    transcript = chat.transcript(conversation)
    joined = next(message.sequence for message in transcript if message.role == "system")
    assert not [message for message in transcript if message.role == "bot" and message.sequence > joined]
    replied = {message.reply_to for message in transcript if message.role == "bot"}
    for result in results:
        assert isinstance(result, Delivered) is (
            (result.message.id if isinstance(result, Delivered) else result.message.reply_to) not in replied
        )
    assert len([message for message in transcript if message.role == "learner"]) == 5
    other.dispose()


def test_of_two_who_join_at_once_one_is_in(store: SqlStore) -> None:
    chat, takeover = Chat(store, Script()), Takeover(store)
    conversation, _ = chat.start("demo", "en")
    number = chat.request_person(conversation, Contact(), "r1").number

    def join(agent: Agent) -> bool:
        try:
            takeover.join(number, agent)
        except BadInput:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, (KIM, LEE))) == [False, True]
    assert [message.role for message in chat.transcript(conversation)] == ["system"]


def test_the_same_reply_sent_four_times_at_once_is_one(store: SqlStore) -> None:
    chat, takeover = Chat(store, Script()), Takeover(store)
    conversation, _ = chat.start("demo", "en")
    number = chat.request_person(conversation, Contact(), "r1").number
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: takeover.reply(number, KIM, "hello", "a1"), range(4)))
    assert len({message.id for message in sent}) == 1
    assert [message.role for message in chat.transcript(conversation)] == ["system", "agent"]


def test_followers_are_woken_after_the_commit_and_only_then(store: SqlStore) -> None:
    with ThreadPoolExecutor(1) as apart:  # a browser's loop may be running in this thread
        apart.submit(asyncio.run, followed(store)).result()


async def followed(store: SqlStore) -> None:
    chat = Chat(store, Script())
    conversation, _ = chat.start("demo", "en")
    with store.news.following(conversation.id) as woken:
        await asyncio.to_thread(chat.send, conversation, "hello", "k1")
        await asyncio.wait_for(woken.wait(), 30)
        woken.clear()
        await asyncio.to_thread(fail_after_saying, store, conversation.id)
        await asyncio.sleep(0)
        assert not woken.is_set()
    assert len(store.news) == 0


def fail_after_saying(store: SqlStore, conversation_id: str) -> None:
    from tests.contracts.rows import message

    def write(work: Any) -> None:
        work.messages.add(message("m9", conversation_id, 99))
        raise BadInput("no")

    with pytest.raises(BadInput), store.begin() as work:
        write(work)
