"""Names to datasets: the catalogue, fetching, reading, cleaning, caching."""
