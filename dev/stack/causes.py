"""Known causes for which a part does not come up, as its own log has them, in words for whoever starts it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """What a log shows, and what is said of it."""

    shows: re.Pattern[str]
    says: str
    """Why, and what to do; `\\1` is what the first group of `shows` found."""
    is_final: bool = False
    """Whether the part runs on but will never come up, so that waiting is of no use."""


_PORT_TAKEN = (
    "another program listens on {}; end that program, or remove ports.json from the stack's folder, so that "
    "other ports are chosen"
)

CAUSES = (
    Cause(
        shows=re.compile(r"Rejected unauthorized PC/SC client"),
        says="polkit refuses whoever asks for a card; start polkit, or allow this user the action "
        "org.debian.pcsc-lite.access_pcsc, or start pcscd with --disable-polkit",
        is_final=True,
    ),
    Cause(
        shows=re.compile(r"Open Port 0x0 Failed \(/dev/null:(0x[0-9A-F]+)\)"),
        says=_PORT_TAKEN.format(r"the virtual reader's port \1"),
        is_final=True,
    ),
    Cause(
        shows=re.compile(r"[Aa]ddress already in use\n.*another postmaster already running on port (\d+)"),
        says=_PORT_TAKEN.format(r"port \1"),
    ),
    Cause(
        shows=re.compile(r"(?i)bind on address \('[^']*', (\d+)\w*\): .*address already in use"),
        says=_PORT_TAKEN.format(r"port \1"),
    ),
    Cause(
        shows=re.compile(r"listen_error,\{acceptor,\{[\d,]*\},(\d+)\},eaddrinuse"),
        says=_PORT_TAKEN.format(r"port \1"),
    ),
    Cause(
        shows=re.compile(r"register/listen error: eaddrinuse"),
        says=_PORT_TAKEN.format("the port at which Erlang's nodes meet"),
    ),
    Cause(
        shows=re.compile(r"register/listen error: no_reg_reply_from_epmd"),
        says=_PORT_TAKEN.format("the port of Erlang's port mapper"),
    ),
    Cause(
        shows=re.compile(r"No space left on device|\benospc\b"),
        says="the disk is full; make room on the file system of the stack's folder",
    ),
    Cause(
        shows=re.compile(r"disk resource limit alarm set on node"),
        says="the disk is nearly full, and a broker takes nothing then; make room on the file system of the "
        "stack's folder",
        is_final=True,
    ),
    Cause(
        shows=re.compile(r"Cookie file (\S+) must be accessible by owner only"),
        says=r"its cookie \1 may be read by others; set its mode to 0400, or remove it for a new one",
    ),
    Cause(
        shows=re.compile(r"Failed to create cookie file '([^']+)': (\w+)"),
        says=r"it cannot write its cookie \1 (\2); let this user write to that folder",
    ),
    Cause(
        shows=re.compile(r"Too short cookie string"),
        says="its cookie, the file .erlang.cookie, holds next to nothing; remove it for a new one",
    ),
    Cause(
        shows=re.compile(r"initialized by PostgreSQL version (\d+), .*compatible with this version (\d+)"),
        says=r"its data folder was made by PostgreSQL \1, and \2 is installed; remove the stack's folder",
    ),
)  # fmt: skip


def cause(log: str, *, final: bool = False) -> str | None:
    """Why, in words, where a log shows a known cause.

    Args:
        log: what a part printed since it was started.
        final: whether to look only for causes after which the part cannot come up, though it runs on.
    """
    for each in CAUSES:
        if final and not each.is_final:
            continue
        found = each.shows.search(log)
        if found is not None:
            return found.expand(each.says)
    return None
