"""Who is ahead, and is it real? Entries that are comparable, their ranks with what chance leaves open, exports."""
