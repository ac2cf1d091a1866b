"""`python -m tenure`: the `tenure` command without an installed script."""

from tenure.cli import main

if __name__ == "__main__":
    main()
