"""The life cycles of requests and notices: which state follows which, and by what. Pure tables."""
