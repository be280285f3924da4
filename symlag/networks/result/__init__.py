"""What the search found: families of symmetries, their laws and reasons, and a picture of them."""
