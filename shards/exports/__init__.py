"""A shard's tokens in the formats that trainers read: one file a format, its writer beside its reader."""
