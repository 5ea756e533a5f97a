"""The main job on loopback: a newsroom in four languages, two editions, and the mail that they lead to."""
