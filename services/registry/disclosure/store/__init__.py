"""The tables of agreements, disclosures and their chains."""
