"""HTTP for sources: one request that ends, retries that wait as asked, a token that is shared."""
