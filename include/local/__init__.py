"""What runs on one machine without Docker: the embedded Postgres of demo, tests and benchmarks."""
