"""Pictures from finished tables; nothing is computed here that a table does not hold."""
