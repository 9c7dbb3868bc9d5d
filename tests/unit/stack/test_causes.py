"""What real parts print where they do not come up, and what is said of it."""

import pytest

from dev.stack.causes import cause

LINES = {
    "polkit refuses": (
        ("00000000 ../src/auth.c:115:IsClientAuthorized() polkit_authority_get_sync failed: Error "
        "initializing authority: Could not connect: No such file or directory\n"
        "00000056 ../src/winscard_svc.c:357:ContextThread() Rejected unauthorized PC/SC client"),
        "polkit refuses whoever asks",
    ),
    "a virtual reader's port is taken": (
        ("Address already in use\n"
        "00000000 ifd-vpcd.c:120:IFDHCreateChannel() Could not initialize connection to virtual ICC\n"
        "00000015 readerfactory.c:1134:RFInitializeReader() Open Port 0x0 Failed (/dev/null:0x4DEE)"),
        "another program listens on the virtual reader's port 0x4DEE;",
    ),
    "PostgreSQL's port is taken": (
        ('2026-11-30 07:12:05.787 UTC [9817] LOG:  could not bind IPv4 address "127.0.0.1": Address already '
        "in use\n2026-11-30 07:12:05.787 UTC [9817] HINT:  "
            "Is another postmaster already running on port 29291? "
        "If not, wait a few seconds and retry."),
        "another program listens on port 29291;",
    ),
    "RabbitMQ's port for clients is taken": (
        ("\x1b[38;5;160m2026-11-30 07:13:21.040300+00:00 [error] <0.796.0>     reason: "
        "{listen_error,{acceptor,{127,0,0,1},31216},eaddrinuse}\x1b[0m"),
        "another program listens on port 31216;",
    ),
    "RabbitMQ's management port is taken": (
        ("2026-11-30 07:13:43.328653+00:00 [error] <0.727.0>     reason: "
        "{listen_error,{acceptor,{0,0,0,0,0,0,0,0},19883},eaddrinuse}"),
        "another program listens on port 19883;",
    ),
    "RabbitMQ's distribution port is taken": (
        "Protocol 'inet_tcp': register/listen error: eaddrinuse",
        "another program listens on the port at which Erlang's nodes meet;",
    ),
    "RabbitMQ's disk is nearly full": (
        "[warning] <0.470.0> disk resource limit alarm set on node ketuk@localhost.",
        "the disk is nearly full, and a broker takes nothing then;",
    ),
    "the port mapper's port is taken": (
        ("2026-11-30 07:14:21.072770+00:00 [notice] <0.147.0> Protocol 'inet_tcp': register/listen error: "
        "no_reg_reply_from_epmd"),
        "another program listens on the port of Erlang's port mapper;",
    ),
    "the broker's cookie can be read by others": (
        ("2026-11-30 07:12:51.426791+00:00 [error] <0.146.0> Cookie file /run/a/.erlang.cookie must be "
        "accessible by owner only"),
        "its cookie /run/a/.erlang.cookie may be read by others; set its mode to 0400",
    ),
    "the broker cannot write its cookie": (
        ("2026-11-30 07:15:13.735156+00:00 [error] <0.146.0> Failed to create cookie file "
        "'/run/a/.erlang.cookie': erofs"),
        "it cannot write its cookie /run/a/.erlang.cookie (erofs);",
    ),
    "the broker's cookie is empty": (
        "2026-11-30 07:13:05.018374+00:00 [error] <0.146.0> Too short cookie string",
        "its cookie, the file .erlang.cookie, holds next to nothing;",
    ),
    "RabbitMQ's disk is full": (
        ('Application rabbit exited with reason: {{cannot_create_schema,{file_error,"/run/a/data/'
        'ketuk@localhost/ketuk@localhost545546847780.BUPTMP",enospc}},{rabbit,start,[normal,[]]}}'),
        "the disk is full;",
    ),
    "PostgreSQL's disk is full": (
        ('2026-11-30 07:14:44.941 UTC [18479] FATAL:  could not write to file "pg_wal/xlogtemp.18479": No '
        "space left on device\nchild process exited with exit code 1"),
        "the disk is full;",
    ),
    "the data folder is another version's": (
        ("2026-11-30 07:12:14.599 UTC [10141] DETAIL:  The data directory was initialized by PostgreSQL "
        "version 13, which is not compatible with this version 15.18 (Debian 15.18-0+deb12u1)."),
        "its data folder was made by PostgreSQL 13, and 15 is installed;",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("log", "says"), LINES.values(), ids=LINES)
def test_a_cause_is_known_by_the_line_that_the_part_prints(log: str, says: str) -> None:
    assert says in (cause(f"a line before\n{log}\na line after\n") or "")


def test_a_log_without_a_known_cause_has_none() -> None:
    assert cause("FATAL:  the database system is starting up\n[error] <0.1.0> crasher:\n") is None


def test_only_some_causes_end_the_wait_for_a_part_that_runs() -> None:
    said = {of: cause(log, final=True) is not None for of, (log, _) in LINES.items()}
    assert [of for of, is_final in said.items() if is_final] == [
        "polkit refuses",
        "a virtual reader's port is taken",
        "RabbitMQ's disk is nearly full",
    ]
