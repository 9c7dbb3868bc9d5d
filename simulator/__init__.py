"""Virtual KTP-el cards and a virtual SAM that speak APDUs to a real pcscd.

The order of the commands, the files and their sizes are those that public sources state; what happens inside
the SAM and the card is this simulator's own cryptography, with keys generated for each run. No key of a real
card or SAM is in here, and none is needed.
"""
