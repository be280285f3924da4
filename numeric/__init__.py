"""Does it hold? One file a trial, of the same stem as its theorem: its law against a real training run."""
