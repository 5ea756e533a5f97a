"""What is watched, and how it is said: packages of TOML read into frozen models."""
