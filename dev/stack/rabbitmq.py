"""A private RabbitMQ: its own node, cookie, port mapper, ports and data."""

import json
import os
import socket
import subprocess
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from dev.stack.children import Children
from dev.stack.waiting import until_ready

NAME = "rabbitmq"
MAPPER = "epmd"
_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")
_CALL = Path("/usr/lib/erlang/bin/erl_call")
_APPLICATIONS = (
    "amqp_client,asn1,compiler,cowboy,cowlib,crypto,horus,inets,kernel,khepri,khepri_mnesia_migration,mnesia,"
    "oauth2_client,os_mon,osiris,prometheus,public_key,ra,"
    "rabbit,rabbit_common,rabbitmq_management,rabbitmq_management_agent,rabbitmq_prelaunch,rabbitmq_prometheus,"
    "rabbitmq_web_dispatch,ranch,sasl,seshat,ssl,stdlib,syntax_tools,thoas,tools,xmerl"
)
# Erlang loads modules one by one as they are called; at once they take half the time of the whole start.
_LOAD_AT_ONCE = (
    'code:ensure_modules_loaded([list_to_atom(filename:basename(F,".beam"))'
    f'||A<-[{_APPLICATIONS}],is_list(code:lib_dir(A)),F<-filelib:wildcard(code:lib_dir(A)++"/ebin/*.beam")]).'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """The loopback ports of one broker."""

    amqp: int
    management: int
    mapper: int
    distribution: int
    metrics: int


class RabbitMQ:
    """One broker, or one node of a cluster; its data outlives a kill.

    Args:
        folder: for its state; the nodes of a cluster share the cookie in the first one's.
        number: of the node, from 1; it joins those before it.
    """

    def __init__(
        self,
        *,
        folder: Path,
        ports: Ports,
        password: str,
        children: Children,
        number: int = 1,
    ) -> None:
        self.name = _child(number)
        """Of the child process."""
        self.node = _node(number)
        # those before it alone, for RabbitMQ 4 waits at its first start for each that it is told of
        self._peers = [_node(each + 1) for each in range(number)] if number > 1 else []
        self._folder = folder
        self._ports = ports
        self._password = password
        self._children = children

    @property
    def management_url(self) -> str:
        """The management API, with the administrator's name and password."""
        return f"http://admin:{self._password}@127.0.0.1:{self._ports.management}"

    def url(self, user: str, password: str, host: str) -> str:
        """Where a user finds a virtual host."""
        return f"amqp://{user}:{password}@127.0.0.1:{self._ports.amqp}/{host}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._ports.amqp}\n"
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self._ports.management}\n"
            f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {self._ports.metrics}\n"
            "tcp_listen_options.sndbuf = 131072\ntcp_listen_options.recbuf = 131072\n"
            "tcp_listen_options.buffer = 131072\nmax_message_size = 294912\n"
            "handshake_timeout = 10000\nconnection_max = 1000\nconsumer_timeout = 1800000\n"
            f"default_user = admin\ndefault_pass = {self._password}\n"
            "log.console = true\nlog.console.level = info\n" + self._clustering()
        )
        (self._folder / "plugins").write_text("[rabbitmq_management,rabbitmq_prometheus].\n")
        environment = self._environment()
        # started by us, for the one that Erlang would start becomes a daemon and stays
        if not self._children.is_alive(MAPPER):
            mapper = ["epmd", "-port", str(self._ports.mapper), "-address", "127.0.0.1"]
            self._children.start(MAPPER, mapper, environment=environment)
            until_ready(MAPPER, self._is_mapped, children=self._children)
        # it dumps its core where it stands, on a full disk for example
        self._children.start(self.name, [_SERVER], environment=environment, folder=self._folder)
        until_ready(self.name, self._answers, children=self._children)

    def leader(self, host: str, queue: str) -> str:
        """The node that leads a quorum queue, as this node knows. Raises OSError where it does not answer."""
        return str(json.loads(self._ask(f"queues/{host}/{queue}"))["leader"])

    def _clustering(self) -> str:
        if not self._peers:
            return ""
        lines = ["cluster_formation.peer_discovery_backend = classic_config"]
        lines += [
            f"cluster_formation.classic_config.nodes.{number} = {peer}"
            for number, peer in enumerate(self._peers, 1)
        ]
        return "\n".join(lines) + "\n"

    def control(self, *command: str) -> str:
        """Run rabbitmqctl on this broker; what it printed. Raises CalledProcessError where it fails."""
        done = subprocess.run(
            [_CONTROL, "-q", *command],
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def evaluate(self, expression: str) -> str:
        """Evaluate Erlang in this broker: without `rabbitmqctl`, which starts an Erlang of its own.

        Returns:
            What it came to, in Erlang's writing.

        Raises:
            RuntimeError: the broker does not run, or the expression fails.
        """
        cookie = (self._folder.parent / NAME / ".erlang.cookie").read_text()
        done = subprocess.run(
            [_CALL, "-sname", self.node, "-c", cookie, "-e"],
            input=f"{expression}.\n",
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.stdout.startswith("{ok, "):
            raise RuntimeError(f"{self.node} does not evaluate {expression}: {done.stdout}{done.stderr}")
        return done.stdout.removeprefix("{ok, ").removesuffix("}")

    def run_short_of_memory(self) -> None:
        """Begin the alarm in which a broker takes nothing from who publishes."""
        self.evaluate('vm_memory_monitor:set_vm_memory_high_watermark({absolute, "1MB"})')

    def have_memory_again(self) -> None:
        """End the alarm."""
        self.evaluate("vm_memory_monitor:set_vm_memory_high_watermark(0.4)")

    def run_out_of_patience(self) -> None:
        """From now on end channels that are opened and acknowledge nothing for two seconds."""
        self._wait_for_consumers(milliseconds=2_000, look=500)

    def have_patience_again(self) -> None:
        """Wait for half an hour, on channels that are opened from now on."""
        self._wait_for_consumers(milliseconds=1_800_000, look=60_000)

    def _wait_for_consumers(self, *, milliseconds: int, look: int) -> None:
        self.evaluate(
            f"application:set_env(rabbit, consumer_timeout, {milliseconds}), "
            f"application:set_env(rabbit, channel_tick_interval, {look})"
        )

    @property
    def metrics(self) -> str:
        """Host and port of its own figures for Prometheus."""
        return f"127.0.0.1:{self._ports.metrics}"

    def _environment(self) -> dict[str, str]:
        port = self._ports.distribution
        return {
            "HOME": str(self._folder.parent / "rabbitmq"),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_DIST_PORT": str(self._ports.distribution),
            "ERL_CRASH_DUMP": str(self._folder / "erl_crash.dump"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            # it boots by the arguments; named by them, it starts no other Erlang to look for the port mapper
            "RABBITMQ_NODE_ONLY": "true",
            "RABBITMQ_SERVER_START_ARGS": (
                f"-start_epmd false -sname {self.node} "
                f"-kernel inet_dist_listen_min {port} inet_dist_listen_max {port} "
                f"-eval {_LOAD_AT_ONCE} -s rabbit boot"
            ),
            "ERL_EPMD_PORT": str(self._ports.mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def depth(self, host: str, queue: str) -> int:
        """How many messages wait in a queue. Raises OSError where there is no answer."""
        body = json.dumps({"count": 1, "ackmode": "ack_requeue_true", "encoding": "base64"}).encode()
        found = json.loads(self._ask(f"queues/{host}/{queue}/get", body))
        return int(found[0]["message_count"]) + 1 if found else 0

    def _is_mapped(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._ports.mapper), timeout=2).close()
        except OSError:
            return False
        return True

    def _answers(self) -> bool:
        try:
            self._ask("health/checks/local-alarms")
            # it answers here before it takes the clients' connections, and may never come to that
            self._ask(f"health/checks/port-listener/{self._ports.amqp}")
        except OSError:
            return False
        return True

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        address = f"http://127.0.0.1:{self._ports.management}/api/{path}"
        request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
        request.add_header("Authorization", "Basic " + b64encode(f"admin:{self._password}".encode()).decode())
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310  our own address
            return bytes(answer.read())


def _child(number: int) -> str:
    return NAME if number == 1 else f"{NAME}-{number}"


def _node(number: int) -> str:
    return "ketuk@localhost" if number == 1 else f"ketuk{number}@localhost"
