"""Firstbell's library: sources, landing, orchestration. Airflow only under `orchestration`."""
