"""Methods that find expressions in long videos, one file each, and the rooms that several of them share."""
