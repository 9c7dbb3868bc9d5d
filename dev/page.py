"""Pages in Markdown that are written from what was measured or seen."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def written(template: Path, /, *, trim_blocks: bool = False, **values: Any) -> str:  # noqa: ANN401  whatever the template shows
    """The page. Raises UndefinedError for what the template shows and nobody gave."""
    return (
        Environment(
            loader=FileSystemLoader(template.parent),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=trim_blocks,
            autoescape=False,  # noqa: S701  Markdown of our own words and numbers
        )
        .get_template(template.name)
        .render(**values)
    )
