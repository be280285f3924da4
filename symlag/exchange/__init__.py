"""Results as text that is read and never run: JSON, one small grammar of expressions, and law files in TOML."""

from symlag.exchange.json_text import from_json, to_json

__all__ = [
    "from_json",
    "to_json",
]
