"""The store: ledger, facts, operations, keys. The only importer of SQLAlchemy and Alembic."""
