"""Is a candidate an identifier, or science that looks like one? One module for each family of identifiers."""
