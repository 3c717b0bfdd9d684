"""Terminal adapters: each turns a transport into inbox messages and outbox messages into sends."""
