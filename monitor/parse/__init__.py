"""Bytes to articles and items; nothing here reads a file of the user, a database or the network."""
