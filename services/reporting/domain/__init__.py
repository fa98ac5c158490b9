"""What is true of periods, counts and their protection; nothing here knows a machine."""
