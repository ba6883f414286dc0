"""How a recipient is told: the port, its adapters and their safety; no database, no decision."""
