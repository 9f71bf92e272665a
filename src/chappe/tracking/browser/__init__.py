"""What a shop's pages tell by their visitors' browsers: the script, its keys, and the events it sends.

    GET /l/{code} ──▶ https://shop.example/…?chp={code} ──chappe.js──▶ POST /b/{key} ──receiving──▶ event

Anybody can forge what a browser tells, so a key can do this one thing: it records goals of the person whose
link was opened, marked as told by a browser, and reads nothing.
"""
