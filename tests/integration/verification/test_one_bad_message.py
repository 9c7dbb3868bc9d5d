"""One reading that PostgreSQL will not take, among 199 that it does, and what may stand on `/metrics`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import msgspec
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs
from prometheus_client import CollectorRegistry

from chassis.crypto.sealing import Opener, Sealer
from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.messaging.message_handler import handled
from dev.stack.secret_files import public_pem
from ketuk_events.catalogue import CARD_READ
from ketuk_events.events import event
from ketuk_events.evidence import Evidence, Finding
from ketuk_events.names import from_timestamp
from ketuk_events.outcomes import REASONS, Outcome
from ketuk_events.projection import GatewayApproved, SnapshotPart
from ketuk_events.taps import CardRead
from tests.integration.verification.bench import fresh
from tests.support.statements import Statements, attempts, counted
from verification.projection import store as projection
from verification.projection import store as whole
from verification.readings_consumer import Readings
from verification.rules.default_purposes import DEFAULT
from verification.tap_judge import Bench

BATCH = 200
GATEWAY_KEY, VERIFICATION_KEY, SIGNING_KEY, REGISTRY_KEY = (
    ec.generate_private_key(ec.SECP256R1()) for _ in range(4)
)


class Judge:
    """Verification's handler of readings, of a gateway of its own, on the real database."""

    def __init__(self) -> None:
        self.gateway = f"kelurahan-{uuid4().hex[:8]}"
        self.metrics = CollectorRegistry()
        self._sealer = Sealer(
            sender=f"3372.{self.gateway}", identity=GATEWAY_KEY, recipient=VERIFICATION_KEY.public_key()
        )

    async def conclude(self, url: str, arrivals: list[Arrival]) -> tuple[list[Conclusion], Statements, int]:
        """What is concluded, what was asked of the database for it, and how many decisions stand then."""
        async with counted(url) as (pool, statements):
            async with pool.acquire() as connection:
                approved = GatewayApproved(
                    region="3372",
                    gateway=self.gateway,
                    institution=self.gateway,
                    place="33.72.04.1010",
                    public_key=public_pem(GATEWAY_KEY),
                    version=1,
                )
                await projection.apply(connection, [approved])
                await whole.arrived(connection, SnapshotPart(part=1, parts=1))
            readings = Readings(
                pool=pool,
                opener=Opener(keys=(VERIFICATION_KEY,)),
                bench=Bench(
                    sealer=Sealer(
                        sender="verification", identity=SIGNING_KEY, recipient=REGISTRY_KEY.public_key()
                    ),
                    card_key=bytes(32),
                ),
                clock=partial(datetime.now, UTC),
                metrics=self.metrics,
            )
            statements.said.clear()
            concluded = list(await handled(readings, arrivals, log=structlog.get_logger()))
            spent = Statements(said=[*statements.said])
            stands = await pool.fetchval("SELECT count(*) FROM decisions WHERE gateway = $1", self.gateway)
        return concluded, spent, stands

    def evidence(self, **changed: object) -> Evidence:
        found = fresh()
        asked = structs.replace(found.asked, gateway=self.gateway, institution=self.gateway)
        return structs.replace(found, **{"asked": asked, **changed})

    def arrival(self, found: Evidence) -> Arrival:
        read = CardRead(
            tap=found.tap,
            asked=found.asked,
            began=found.began,
            ended=found.ended,
            evidence=self._sealer.seal(msgspec.json.encode(found), now=from_timestamp(found.ended)),
        )
        said = event(
            CARD_READ,
            read,
            event_id=uuid4(),
            region="3372",
            source=self.gateway,
            owner=self.gateway,
            time=from_timestamp(found.ended),
        )
        return Arrival(event=said, user=f"3372.{self.gateway}", body=b"")


@pytest.mark.parametrize("at", [0, 77, BATCH - 1])
async def test_one_tap_that_no_table_holds_costs_its_neighbours_little(
    stack_env: Mapping[str, str], at: int
) -> None:
    url, judge = stack_env["DATABASE_VERIFICATION_URL"], Judge()
    _, good, stood = await judge.conclude(url, [judge.arrival(judge.evidence()) for _ in range(BATCH)])
    assert (stood, good.transactions) == (BATCH, 0), "a batch is one write, and that is its transaction"
    judge = Judge()
    taps = [judge.evidence() for _ in range(BATCH)]
    # the contract lets no such id through; this is what a gap in it would let in
    taps[at] = structs.replace(taps[at], tap=taps[at].tap[:-1] + "\x00")
    concluded, spent, stands = await judge.conclude(url, [judge.arrival(each) for each in taps])
    assert [number for number, each in enumerate(concluded) if isinstance(each, Dead)] == [at]
    assert all(isinstance(each, Settled) and each.follows for each in concluded if not isinstance(each, Dead))
    assert stands == BATCH - 1
    assert spent.count <= attempts(BATCH) * good.count


async def test_no_word_that_a_gateway_chooses_becomes_a_label(stack_env: Mapping[str, str]) -> None:
    judge, words = Judge(), [f"word-{number}" for number in range(50)]
    taps = []
    for word in words:
        finding = Finding(result="passed", code=word)
        taps += [
            judge.evidence(asked=structs.replace(judge.evidence().asked, purpose=word)),
            judge.evidence(asked=structs.replace(judge.evidence().asked, officer=word, reader=word)),
            judge.evidence(answer=word),
            judge.evidence(authentication=finding, signature=finding, holder=finding),
            judge.evidence(
                authentication=Finding(result=word, code="ok"), holder=Finding(result=word, code="ok")
            ),
        ]
    concluded, _, stands = await judge.conclude(
        stack_env["DATABASE_VERIFICATION_URL"], [judge.arrival(each) for each in taps]
    )
    assert (len(concluded), stands) == (len(taps), len(taps))
    labels: dict[str, set[str]] = {}
    for family in judge.metrics.collect():
        for sample in family.samples:
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    assert set(labels) == {"what", "purpose", "outcome", "reason"}
    assert labels["what"] == {"first"}
    assert labels["purpose"] <= {"other", *(each.purpose for each in DEFAULT.purposes)}
    assert "other" in labels["purpose"]
    assert labels["outcome"] <= {each.value for each in Outcome}
    assert labels["reason"] <= {"", *(f"{each.check}/{each.code}" for each in REASONS)}
