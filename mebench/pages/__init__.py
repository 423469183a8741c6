"""Pages of HTML that need nothing but themselves: one file each, no request, nothing executed that came from a user."""
