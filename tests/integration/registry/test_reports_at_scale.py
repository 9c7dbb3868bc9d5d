"""The reports beside a million taps: they read counts by reader and day, so that a tap costs them nothing."""

from tests.integration.registry.case import Case

READERS, DAYS, STAGES = 200, 500, 50
REPORTS = (
    *(
        f"{name}{day}"
        for name in ("places", "compliance", "roll-out", "readers")
        for day in ("", "?as-of=2013-08-18")
    ),
    "chip-health",
    "chip-health?from=2020-01-15",
)
# the city's: from midnight to seven in the morning the database is a day behind
TODAY = "(now() AT TIME ZONE 'Asia/Jakarta')::date"
# 10 taps a day at each of 200 readers for 500 days are a million; each reader fell silent 25 times
AT_SCALE = f"""
INSERT INTO institutions (institution, name, kind)
SELECT 'scale-' || n, 'Contoh ' || n, 'bank' FROM generate_series(1, {READERS}) AS n;
INSERT INTO reader_lives (number, lot, institution, place, gateway, reader, state, since, because, version)
SELECT 'scale-' || n, 'centre-2012', 'scale-' || n, '33.72.04.1010', 'scale-' || n, 'loket-1', 'working',
    now(), '', {STAGES}
FROM generate_series(1, {READERS}) AS n;
INSERT INTO reader_history (number, version, institution, place, gateway, reader, state, since, because)
SELECT 'scale-' || n, v, 'scale-' || n, '33.72.04.1010', 'scale-' || n, 'loket-1',
    CASE WHEN v % 2 = 0 THEN 'working' ELSE 'silent' END, now() - ({STAGES} - v) * interval '10 days', ''
FROM generate_series(1, {READERS}) AS n, generate_series(1, {STAGES}) AS v;
INSERT INTO reader_taps (gateway, reader, day, taps, last)
SELECT 'scale-' || n, 'loket-1', {TODAY} - d, 10, now() - d * interval '1 day'
FROM generate_series(1, {READERS}) AS n, generate_series(0, {DAYS} - 1) AS d;
INSERT INTO chip_counts
SELECT spans.span, spans.day, 'scale-' || n, 'loket-1', '33.72.04.1010', 0, 0, 0, count(*), 0, 0,
    9 * count(*), 0, 0, 0, 0, 0
FROM generate_series(1, {READERS}) AS n, generate_series(0, {DAYS} - 1) AS d,
    LATERAL (VALUES ('day', {TODAY} - d), ('month', date_trunc('month', {TODAY} - d)::date))
        AS spans (span, day)
GROUP BY spans.span, spans.day, n;
ANALYZE chip_counts, reader_taps, reader_history, reader_lives, institutions;
"""  # noqa: S608  our own numbers
GONE = """
DELETE FROM chip_counts WHERE gateway LIKE 'scale-%';
DELETE FROM reader_taps WHERE gateway LIKE 'scale-%';
DELETE FROM reader_history WHERE number LIKE 'scale-%';
DELETE FROM reader_lives WHERE number LIKE 'scale-%';
DELETE FROM institutions WHERE institution LIKE 'scale-%';
"""


async def test_each_report_answers_right_beside_a_million_taps(shared: Case) -> None:
    await shared.pool.execute(AT_SCALE)
    try:
        taps = await shared.pool.fetchval("SELECT sum(taps) FROM reader_taps WHERE gateway LIKE 'scale-%'")
        for name in REPORTS:
            await shared.done("GET", f"/v1/reports/{name}")
        compliance = await shared.done("GET", "/v1/reports/compliance")
        health = await shared.done("GET", "/v1/reports/chip-health?from=2020-01-15")
    finally:
        await shared.pool.execute(GONE)
    assert taps == 1_000_000
    scale = [each for each in compliance["institutions"] if each["institution"].startswith("scale-")]
    assert {(each["state"], each["taps_in_30_days"]) for each in scale} == {("in-use", 300)}
    counted = {line["name"]: line for line in health["by"]["reader"]}["scale-1/loket-1"]
    assert (counted["other_taps"]["alive"], counted["chip_checks"]["silent"]) == (9 * DAYS, DAYS)
