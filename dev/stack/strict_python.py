"""Python as the services are started with for tests: each warning is an error."""

import sys

# pyscard's types, made by SWIG, warn on Python 3.13 when they are imported . As an error the
# warning comes while C code builds the module, which ends the process with a segmentation fault.
STRICT_PYTHON = (sys.executable, "-W", "error", "-W", "ignore:builtin type swig:DeprecationWarning")
