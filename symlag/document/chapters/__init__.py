"""What a derivation says: laws, rules and Lagrangians as sections, each with a title, a reason and a formula."""
