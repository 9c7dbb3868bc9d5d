"""What is fuzzed: modules with `once(raw)`, which raises at a finding, and `seeds()`. Add a line for each."""

TARGETS = (
    "tests.fuzz.response",
    "tests.fuzz.biodata",
    "tests.fuzz.reading",
    "tests.fuzz.terminal",
    "tests.fuzz.sealed_reading",
    "tests.fuzz.message_header",
    "tests.fuzz.seal",
    "tests.fuzz.request_body",
    "tests.fuzz.resident_lines",
    "tests.fuzz.spool_file",
)
