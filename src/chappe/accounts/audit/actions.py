"""Everything that is recorded, as dotted words: the kind of thing, then what became of it.

A new action gets a line here, and words in both languages in `templates/audit/words.html`; tests ask for
both.
"""

_BY_OBJECT = {
    "account": (
        "created",
        "changed",
        "email_changed",
        "password_changed",
        "password_reset",
        "second_factor_on",
        "second_factor_off",
        "recovery_codes_made",
        "recovery_code_used",
    ),
    "session": ("opened", "refused", "closed", "revoked"),
    "workspace": ("created", "changed", "switched", "security_changed", "retention_changed"),
    "single_sign_on": ("changed", "removed"),
    "member": ("joined", "role_changed", "removed"),
    "invitation": ("sent", "revoked", "accepted"),
    "key": ("created", "revoked"),
    "contact": ("created", "changed", "archived", "restored", "blocked", "unblocked", "deleted", "exported"),
    "contacts": ("archived", "restored", "blocked", "unblocked", "deleted", "exported", "added", "removed"),
    "attribute": ("created", "changed", "archived", "restored"),
    "consent": ("granted", "withdrawn", "proved"),
    "list": ("created", "changed", "deleted", "members_added", "members_removed"),
    "segment": ("created", "changed", "deleted"),
    "topic": ("created", "changed", "archived", "restored"),
    "import": ("started", "canceled"),
    "suppression": ("added", "lifted", "exported", "listed", "unlisted"),
    "caps": ("changed",),
    "keyword_answer": ("changed",),
    "canned_reply": ("created", "changed", "deleted"),
    "campaign": (
        "created",
        "changed",
        "duplicated",
        "scheduled",
        "sent",
        "paused",
        "resumed",
        "canceled",
        "deleted",
        "archived",
        "tested",
    ),
    "message": ("sent", "canceled", "accepted_in_doubt", "resent"),
    "conversation": ("answered", "assigned", "closed", "reopened"),
    "carrier": ("created", "changed", "paused", "resumed", "deleted", "tested"),
    "sender": ("created", "changed", "deleted"),
    "route": ("created", "changed", "deleted"),
    "budget": ("changed",),
    "export": ("started", "downloaded"),
    "request": ("received", "noted", "prolonged", "archive_made", "archive_downloaded", "done", "refused"),
    "person": ("erased",),
    "rules": ("profile_changed", "acknowledged", "overridden", "restored"),
    "audit": ("exported",),
}

ACTIONS = frozenset(f"{thing}.{what}" for thing, words in _BY_OBJECT.items() for what in words)
