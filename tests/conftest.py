"""pytest puts this folder on the path for its sake: the folders below import what the tests share from here."""
