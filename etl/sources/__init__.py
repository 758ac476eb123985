"""One module a tool; each defines SOURCE. They are discovered, never registered by hand."""
