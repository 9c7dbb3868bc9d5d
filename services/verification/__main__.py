"""`python -m verification`: run verification."""

import gc

gc.disable()  # nothing that is imported is garbage: a tenth of a start (chassis.runtime.process.live)

from chassis.observability.logs import log_to_stdout
from chassis.runtime.process import live
from chassis.runtime.settings import load
from verification.main import serve
from verification.settings import VerificationSettings

if __name__ == "__main__":
    settings = load(VerificationSettings)
    log_to_stdout(service="verification")
    live(lambda stopping: serve(settings, stopping))
