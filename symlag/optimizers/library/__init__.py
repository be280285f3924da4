"""The library of learning rules: by momentum, by signs and polar factors, and adaptive ones."""
