"""`python -m dev.chaos.verification NAME FOLDER`: verification, but for the steps at which it ends itself."""

from chassis.observability.logs import log_to_stdout
from chassis.runtime.process import live
from chassis.runtime.settings import load
from dev.chaos.told import told
from verification.main import serve
from verification.settings import VerificationSettings

if __name__ == "__main__":
    settings, at_step = load(VerificationSettings), told().striking()
    log_to_stdout(service="verification")
    live(lambda stopping: serve(settings, stopping, at_step=at_step))
