"""What a derivation says, a chapter each: sentences with formulas in them."""
