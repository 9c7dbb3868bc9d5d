"""Writes the documents of the contract: schemas, AsyncAPI, examples, the table of outcomes."""
