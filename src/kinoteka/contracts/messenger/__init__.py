"""The contract of a messenger: users, photos, chats and messages. See README.md in this folder."""
