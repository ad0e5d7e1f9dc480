"""PowerSchool SIS: the tables that are read, the plugin that a district installs, the client."""
