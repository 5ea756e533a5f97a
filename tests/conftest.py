"""pytest puts this folder on the path for its sake: the folders below import what the tests share from here."""

from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
