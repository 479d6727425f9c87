"""One folder or file a filter: what is measured about a document, and the rules that decide."""
