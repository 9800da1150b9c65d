"""Who wants to know, and telling them. Stands on `feeds`, which finds the articles and matches the topics.

    feeds.watch ─→ articles ─→ alerts ─→ owed deliveries ─→ outbox ─→ channels.KINDS[kind] ─→ Telegram, webhooks
                                            ↑                  ↑
                          subscriptions (chat, web)      engine claims, jobs ticks

Read `model` first, then `alerts` (what is owed), `outbox` (how it is sent), and `app`, where the parts are joined.
"""
