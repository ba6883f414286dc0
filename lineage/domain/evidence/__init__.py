"""What makes the ledger provable: the Merkle tree and its tiles; no storage, no keys, no clock."""
