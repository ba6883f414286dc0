"""The same task in eventsourcing: append a person's events, project an edge a person and party."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, DomainEventProtocol
from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import Environment

from bench.harness import Engine, seconds
from bench.peer_views import SQLiteEdges

WAIT_SECONDS_MAX = 600


class Person(Aggregate):
    """A person; its first event makes it, so that there are as many events as were given."""

    class Noted(Aggregate.Event):
        name: str
        party: str
        at: str
        data: dict[str, Any]

    def __init__(
        self,
        *,
        subject: str,
        name: str,  # noqa: ARG002 - kept in the event of its making
        party: str,  # noqa: ARG002
        at: str,  # noqa: ARG002
        data: dict[str, Any],  # noqa: ARG002
    ) -> None:
        self.subject = subject

    @staticmethod
    def create_id(subject: str, **_: Any) -> UUID:
        return uuid5(NAMESPACE_URL, f"/people/{subject}")


class Edges(Projection[Any]):
    @singledispatchmethod
    def process_event(self, event: Any, tracking: Tracking) -> None:
        self.view.upsert(event.originator_id, event.party, event.at, tracking)


class Shop(Application[UUID]):
    pass


class Peer:
    """One application and its view on one store."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.env = _environment(engine, url)
        self.view_class = _view_class(engine)
        self.people: dict[str, Person] = {}

    def by_runner(self, raws: Sequence[bytes], batch: int) -> float:
        """Seconds until all is appended and projected, by its projection runner: two threads."""
        runner = ProjectionRunner(
            application_class=Shop,
            projection_class=Edges,
            view_class=self.view_class,
            env=self.env,
        )
        with runner:

            def work() -> None:
                last = None
                for start in range(0, len(raws), batch):
                    saved = runner.app.save(*self._noted(raws[start : start + batch]))
                    last = saved[-1].notification.id
                runner.wait(last, timeout=WAIT_SECONDS_MAX)

            took = seconds(work)
            assert runner.view.counts()[1] == len(raws)
        return took

    def in_line(self, raws: Sequence[bytes], batch: int) -> float:
        """The same in one thread, each event given to the projection as soon as it is saved."""
        env = Environment(Edges.name, dict(self.env))
        factory: InfrastructureFactory[Any] = InfrastructureFactory.construct(env=env)
        view = factory.tracking_recorder(self.view_class)
        projection = Edges(view)
        with Shop(env=self.env) as app:

            def work() -> None:
                for start in range(0, len(raws), batch):
                    for saved in app.save(*self._noted(raws[start : start + batch])):
                        tracking = Tracking(app.name, saved.notification.id)
                        projection.process_event(saved.domain_event, tracking)

            took = seconds(work)
            assert view.counts()[1] == len(raws)
        factory.close()
        return took

    def _noted(self, raws: Sequence[bytes]) -> list[DomainEventProtocol[UUID]]:
        """The new domain events, in the order in which they were told."""
        found: list[DomainEventProtocol[UUID]] = []
        for raw in raws:
            event = json.loads(raw)
            told = {
                "name": event["type"],
                "party": event["data"].get("recipient", event["source"]),
                "at": event["time"],
                "data": event["data"],
            }
            person = self.people.get(event["subject"])
            if person is None:
                person = Person(subject=event["subject"], **told)
                self.people[event["subject"]] = person
            else:
                person.trigger_event(Person.Noted, **told)
            found += person.collect_events()
        return found


def _view_class(engine: Engine) -> Any:
    if engine == "sqlite":
        return SQLiteEdges
    from bench.peer_postgres import PostgresEdges

    return PostgresEdges


def _environment(engine: Engine, url: str) -> dict[str, str]:
    parsed = sa.make_url(url)
    if engine == "sqlite":
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(parsed.database),
        }
    host = parsed.host or parsed.query.get("host", "127.0.0.1")
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parsed.database),
        "POSTGRES_HOST": str(host),
        "POSTGRES_PORT": str(parsed.port or 5432),
        "POSTGRES_USER": parsed.username or "postgres",
        "POSTGRES_PASSWORD": str(parsed.password or ""),
        "POSTGRES_ENABLE_DB_FUNCTIONS": "y",  # an append is one round trip then
    }
