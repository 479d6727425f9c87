"""Raw collections by name: what each publisher lists, and one careful way to bring it here. Runs only when asked."""
