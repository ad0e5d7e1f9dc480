"""What the DAG files share: defaults, assets, callbacks, connections. The only home of Airflow."""
