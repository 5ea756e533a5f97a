"""Measurements on this machine, each beside what it is to be compared with."""
