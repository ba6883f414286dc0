"""The words of every kind, by topic as in ``lineage.policy.kinds``; joined in ``table``."""
