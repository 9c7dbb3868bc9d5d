"""How fast readings are judged, beside a bare loop and the usual ways of writing the same.

`make bench` runs it; `rounds` says who competes and how.
"""
