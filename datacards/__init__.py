"""What people read: dataset card, datasheet, statistics page."""
