"""Commands that have a module each; `symlag.cli.app` puts them together."""
