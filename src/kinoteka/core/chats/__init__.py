"""Chats of two: messages, what is unread, and who listens."""
