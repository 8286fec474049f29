"""Events of the platforms: taken in, and acted upon by rules."""
