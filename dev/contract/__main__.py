"""`make contract`: write the documents of the contract into the checkout."""

from pathlib import Path

from dev.contract.documents import documents, folders

CHECKOUT = Path(__file__).parents[2]


def main() -> None:
    """Write all, and remove what is no longer generated."""
    wanted = documents()
    for folder in folders():
        for there in (CHECKOUT / folder).glob("*"):
            if str(there.relative_to(CHECKOUT)) not in wanted:
                there.unlink()
    for path, text in wanted.items():
        (CHECKOUT / path).parent.mkdir(parents=True, exist_ok=True)
        (CHECKOUT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
