"""What the law gives a citizen: access, export, erasure, and an end to what is kept (UU 27/2022)."""
