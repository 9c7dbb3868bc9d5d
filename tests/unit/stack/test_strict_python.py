import subprocess

from dev.stack.strict_python import STRICT_PYTHON


def test_strict_python_imports_pyscard_and_ends_well() -> None:
    ended = subprocess.run(
        [*STRICT_PYTHON, "-c", "from smartcard import scard"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_strict_python_makes_an_error_of_a_warning() -> None:
    ended = subprocess.run(
        [*STRICT_PYTHON, "-c", "import warnings; warnings.warn('builtin', DeprecationWarning)"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
