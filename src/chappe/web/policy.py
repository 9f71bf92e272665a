"""What a page may load and who may frame it: nothing from elsewhere, nothing inline."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# The rest (nosniff, HSTS behind TLS, no-store) every answer carries: see the edge.
PAGE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # Forms of our own pages keep their Origin, other sites learn no address.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "vary": "Cookie, Accept-Language",
}
