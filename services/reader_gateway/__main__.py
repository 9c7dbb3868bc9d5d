"""`python -m reader_gateway`: run the reader gateway; `python -m reader_gateway enrol`: become one."""

import gc
import sys

gc.disable()  # nothing that is imported is garbage: a tenth of a start (chassis.runtime.process.live)

from chassis.observability.logs import log_to_stdout
from chassis.runtime.process import live
from chassis.runtime.settings import load
from reader_gateway import enrol
from reader_gateway.main import serve
from reader_gateway.settings import GatewaySettings

if __name__ == "__main__":
    if sys.argv[1:2] == ["enrol"]:
        gc.enable()
        raise SystemExit(enrol.main(sys.argv[2:]))
    settings = load(GatewaySettings)
    log_to_stdout(service="reader_gateway")
    live(lambda stopping: serve(settings, stopping))
