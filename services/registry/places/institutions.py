"""The institutions that a city starts with."""

from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, Lines
from registry.places.store.institutions import Institution


def read_institutions(content: bytes) -> Lines[Institution]:
    """Those of a file, by line. Raises BadFile."""
    rows = data_file.read(content, Institution)
    if bad := list(data_file.must_be_alone(rows, lambda each: each.institution)):
        raise BadFile(bad)
    return rows
