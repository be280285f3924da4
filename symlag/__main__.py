"""The command `symlag`, and `python -m symlag`: the command line, loaded where an interruption is answered already."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it with one sentence, also while it is being loaded."""
    try:
        from symlag.cli.app import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Every file that was written so far is complete.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
