"""`python -m dev.chaos.registry NAME FOLDER`: the registry, but for the steps at which it ends itself."""

from chassis.observability.logs import log_to_stdout
from chassis.runtime.process import live
from chassis.runtime.settings import load
from dev.chaos.told import told
from registry.main import serve
from registry.settings import RegistrySettings

if __name__ == "__main__":
    settings, at_step = load(RegistrySettings), told().striking()
    log_to_stdout(service="registry")
    live(lambda stopping: serve(settings, stopping, at_step=at_step))
