"""`python -m registry`: run the registry."""

from registry.main import main

if __name__ == "__main__":
    main()
