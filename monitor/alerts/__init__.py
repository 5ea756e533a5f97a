"""What a person should know, and how it is said: rules decide, composition words; both pure."""
