"""The pages' shell: templates, assets, languages, security headers. Knows no domain."""
