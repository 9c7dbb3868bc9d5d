"""`python -m registry`: run the registry."""

import gc

gc.disable()  # until all is imported, for nothing of it is garbage: a tenth of a start (chassis.life.live)

from registry.main import main

if __name__ == "__main__":
    main()
