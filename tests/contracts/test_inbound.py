"""News of other desks told several times over at once, and cursors, on both databases."""

from concurrent.futures import ThreadPoolExecutor

from helpdesk.inbound import Inbound
from helpdesk.models import Contact, Status
from helpdesk.tickets import created
from storage.store import SqlStore
from tests.contracts.rows import conversation, ticket


def test_told_by_many_at_once_each_counts_once(store: SqlStore) -> None:
    with store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        work.tickets.add(ticket(1001, "c1"))
    inbound = Inbound(store)

    def tell(key: int) -> tuple[bool, bool]:
        new = inbound.reply(1001, "Kim", f"reply {key}", str(key), "zendesk")
        return new, inbound.status(1001, Status.CLOSED, "Kim", str(key), "zendesk")

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(tell, [number % 4 for number in range(24)]))
    assert [sum(each) for each in zip(*told, strict=True)] == [4, 1]
    with store.read() as work:
        roles = [message.role for message in work.messages.of("c1")]
        current = work.conversations.get("c1")
    assert (roles.count("agent"), len(roles) - 4) in ((4, 1), (4, 2)), "closed, and joined where a reply came before"
    assert current is not None
    assert current.taken_by is None, "what came after the closing silences nobody"


def test_somebody_elsewhere_is_in_the_chat_once_by_the_name_of_who_wrote_last(store: SqlStore) -> None:
    with store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        work.tickets.add(ticket(1001, "c1"))
    inbound = Inbound(store)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: inbound.reply(1001, "Kim", "hello", str(key % 4), "zendesk"), range(16)))
    inbound.reply(1001, "Lee", "hello", "last", "zendesk")
    with store.begin() as work:
        current = work.conversations.lock("c1")
        assert [message.role for message in work.messages.of("c1")] == ["system"] + ["agent"] * 5
        taken = [work.conversations.taken(elsewhere=elsewhere) for elsewhere in (None, True, False)]
    assert current is not None
    assert (current.taken_by, current.taken_name, taken) == ("@zendesk", "Lee", [[1001], [1001], []])


def test_mail_told_by_many_at_once_counts_once(store: SqlStore) -> None:
    with store.begin() as work:
        work.conversations.add(conversation("c1"), "hash")
        work.tickets.add(ticket(1001, "c1", contact=Contact("ana@example.org")))
        work.outbox.add(created(ticket(1001, "c1"), "mail", 0))
    inbound = Inbound(store, mailers={"demo": "mail"})

    def tell(key: int) -> tuple[bool, bool, bool]:
        new = (
            inbound.reply(1001, "Kim", "Paid back.", f"a{key}", "mail"),
            inbound.wrote(1001, "Thanks.", f"l{key}", "mail"),
        )
        return *new, inbound.undelivered(1001, "5.1.1", str(key), "mail")

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(tell, [number % 2 for number in range(16)]))
    assert [sum(each) for each in zip(*told, strict=True)] == [2, 2, 2]
    with store.read() as work:
        owed = sorted(row.kind for row in work.outbox.pending())
    assert owed == ["reply_mailed"] * 2 + ["ticket_created"] + ["turn_added"] * 2


def test_cursors(store: SqlStore) -> None:
    with store.begin() as work:
        assert work.cursors.get("mail/uid") is None
        work.cursors.set("mail/uid", "7")
        work.cursors.set("mail/uid", "8")
        work.cursors.set("zendesk", "abc")
    with store.read() as work:
        assert work.cursors.get("mail/uid") == "8"


def test_cursors_set_by_many_at_once(store: SqlStore) -> None:
    def put(value: int) -> None:
        with store.begin() as work:
            work.cursors.set("name", str(value))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(16)))
    with store.read() as work:
        assert work.cursors.get("name") in map(str, range(16))
