"""Pure rules: a case, the checks, the verdict."""
