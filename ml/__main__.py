"""`python -m ml`."""

from ml.cli import app

app()
