"""After a run nothing of a person or a card lies on any disk in a form that could be read."""

from base64 import b64encode
from pathlib import Path

import aio_pika
import asyncpg
import pytest
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS
from tests.support.bounds import BOUND_SECONDS
from tests.system.at_rest import personal
from tests.system.at_rest.everywhere import SERVICES, lies_somewhere
from tests.system.at_rest.search import search
from tests.system.conftest import TAPS, City

PLANTED = {"name": b"WARGA TERTANAM", "nik": b"3372990101900999", "uid": b"\x04\n\x8a\x00\xfe\x91\xd7"}
"""Of somebody of whom no card was made."""


async def test_no_nik_name_uid_photo_or_finger_of_anybody_lies_anywhere(city: City, tmp_path: Path) -> None:
    words = personal.in_all_forms(personal.of(card for hand in city.run.hands for card in hand))
    assert {what.split(" ")[0] for what in words.values()} == {"nik", "name", "uid", "photo", "right", "left"}
    assert len({what.partition(",")[0] for what in words.values() if what.startswith("uid")}) == TAPS
    assert await lies_somewhere(city.stack, words, dumps=tmp_path) == []


@pytest.mark.parametrize("what", PLANTED)
def test_every_form_of_a_word_is_found_in_a_line_of_a_log(tmp_path: Path, what: str) -> None:
    forms = personal.in_all_forms({what: PLANTED[what]})
    for form, how in forms.items():
        (tmp_path / "a.log").write_bytes(b"one\n" + bytes(range(256)) + form + b"\xff\0two\n")
        assert how in {hit.what for hit in search(forms, [tmp_path])}


@pytest.mark.parametrize("at", range(5))
def test_base64_of_a_longer_text_shows_the_word_in_it_wherever_it_begins(tmp_path: Path, at: int) -> None:
    for word in PLANTED.values():
        (tmp_path / "a.log").write_bytes(b64encode(b"x" * at + word + b"yyyy"))
        assert search(personal.in_all_forms({"it": word}), [tmp_path]) != set()


async def test_a_name_in_a_dead_letter_is_found_in_the_brokers_files(city: City, tmp_path: Path) -> None:
    url = str(URL(city.stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        letter = aio_pika.Message(PLANTED["name"], delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(letter, routing_key=DEAD_LETTERS)
        try:
            hits = await lies_somewhere(city.stack, {PLANTED["name"]: "planted"}, dumps=tmp_path)
        finally:
            await (await channel.get_queue(DEAD_LETTERS, ensure=False)).get(
                no_ack=True, timeout=BOUND_SECONDS
            )
    assert any("/rabbitmq/data/" in hit.path for hit in hits)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_nik_that_lies_compressed_in_a_table_is_found(
    city: City, tmp_path: Path, service: str
) -> None:
    url = str(URL(city.stack.environment()["DATABASE_ADMIN_URL"]).with_path(f"/{service}"))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE planted (body bytea)")
        long = b"ab" * 4_000 + PLANTED["nik"] + b"ab" * 4_000
        await connection.execute("INSERT INTO planted VALUES ($1)", long)
        words = personal.in_all_forms({"nik": PLANTED["nik"]})
        hits = await lies_somewhere(city.stack, words, dumps=tmp_path)
    finally:
        await connection.execute("DROP TABLE planted")
        await connection.close()
    assert str(tmp_path / f"{service}.planted") in {hit.path for hit in hits}
