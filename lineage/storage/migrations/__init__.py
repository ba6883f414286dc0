"""Alembic's folder: one revision a file, run by ``lineage.storage.schema``. Nothing else."""
