"""The contract of a messenger: users, photos, chats, messages, live notifications."""
