"""The parsers of kernel tables, by families; ``netviz.parse`` has what is chosen of them."""
