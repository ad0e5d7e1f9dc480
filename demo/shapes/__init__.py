"""How Ed-Fi's JSON and the vendors' files are spelled; shared by the invented districts."""
