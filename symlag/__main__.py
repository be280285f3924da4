"""`python -m symlag`, the same as `symlag`."""

from symlag.cli.app import main

if __name__ == "__main__":
    main()
