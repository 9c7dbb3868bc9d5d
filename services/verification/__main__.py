"""`python -m verification`: run verification."""

from chassis.life import live
from chassis.logs import log_to_stdout
from chassis.settings import load
from verification.main import serve
from verification.settings import VerificationSettings

if __name__ == "__main__":
    settings = load(VerificationSettings)
    log_to_stdout(service="verification")
    live(lambda stopping: serve(settings, stopping))
