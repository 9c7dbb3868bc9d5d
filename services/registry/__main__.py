"""`python -m registry`: run the registry."""

import gc

gc.disable()  # nothing that is imported is garbage: a tenth of a start (chassis.runtime.process.live)

from registry.main import main

if __name__ == "__main__":
    main()
