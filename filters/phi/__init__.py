"""Protected health information: found as spans, masked at assembly."""
