"""The REST API under /api/v1: typed, paged from the last row seen, with the rights of the key that asks."""
