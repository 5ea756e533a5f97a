"""Reads the news about a company, keeps every figure in a ledger, and tells what is new."""
