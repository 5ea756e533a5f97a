"""The ledger: what is known, who said it, and what is to be told. Imports nothing of the rooms that fill it."""
