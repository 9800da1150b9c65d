"""Who wants to know, and telling them. Stands on `feeds`, which finds the articles and matches the topics.

    feeds.watch ─→ articles ─→ alerts ─→ owed deliveries ─→ outbox ─→ channels.KINDS[kind] ─→ Telegram, webhooks
                                            ↑                  ↑
                          subscriptions (chat, web)      engine claims, jobs ticks

Read `model` first, then `alerts` (what is owed), `outbox` (how it is sent), and `app`, where the parts are joined.

    owing and sending   alerts, engine, outbox, channels, message (entities), schedule, store
    people              subscriptions, preferences, private_feeds, tuning (votes), why; chat, web, cli, languages
    operators           settings, declaration, operators, alarms, preview, way, subscription_list, api_tokens
    by the clock        jobs, retention, hub and leases (WebSub), one_pass, export
    running it          app, server, log, migrations, backup, tour, own_pages
"""
