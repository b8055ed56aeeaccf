"""Areas, events and statistics of a hotspot map. Knows nothing of the page that shows them."""
