"""What follows? One file a theorem, read by the names it defines."""
