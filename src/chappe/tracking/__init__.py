"""Short links: a code for each recipient and link, the redirect, clicks, who clicked.

    text ──bodies──▶ markers ──ids──▶ codes ──sent──▶ GET /{code} ──▶ click_unread ──settling──▶ click

`codes`        numbers and the seven characters that stand for them: a keyed permutation, nothing is stored
`bodies`       addresses of a text become short ones of the same length for everybody
`blocks`       which link and which message a number belongs to: a row per run and link, none per recipient
`destinations` where a link may lead
`redirect`     the answer to a click, and `gathering`, which writes clicks down before they are answered
`settling`     who clicked, humans apart from programs (`judging`), counts by run
`domains`      the workspace's own hosts
`links`        made by hand, listed with their clicks, switched off
`browser`      what pages that links lead to tell of who clicked
`rechecking`   whether the pages are still there
"""
