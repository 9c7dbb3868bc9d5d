import os
import platform
import re

from dev.stack.platform import ran_on
from dev.stack.stack import Stack


async def test_ran_on_tells_processors_system_python_broker_and_database(stack: Stack) -> None:
    found = await ran_on(stack)
    assert found["cpu"].startswith(f"{os.cpu_count()} of ")
    assert found["system"].startswith("Debian GNU/Linux ")
    assert found["system"].endswith(f", Linux {platform.release()}")
    assert found["python"] == platform.python_version()
    assert re.fullmatch(r"RabbitMQ \d+\.\d+\.\d+", found["broker"])
    assert re.fullmatch(
        r"PostgreSQL \d+\.\d+.*; fsync on, synchronous_commit on, full_page_writes on", found["database"]
    )
