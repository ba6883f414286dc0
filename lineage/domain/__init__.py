"""The business, pure: fold, facts, holdings, planning, deadlines, evidence. No I/O."""
