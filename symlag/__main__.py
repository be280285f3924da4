"""`python -m symlag`, the same as `symlag`."""

from symlag.cli import main

if __name__ == "__main__":
    main()
