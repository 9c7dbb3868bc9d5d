"""`python -m reader_gateway`: run the reader gateway."""

from chassis.life import live
from chassis.logs import log_to_stdout
from chassis.settings import load
from reader_gateway.main import serve
from reader_gateway.settings import GatewaySettings

if __name__ == "__main__":
    settings = load(GatewaySettings)
    log_to_stdout(service="reader_gateway")
    live(lambda stopping: serve(settings, stopping))
