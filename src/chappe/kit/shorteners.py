"""Shorteners that anybody may use: carriers filter links by them, since anybody can hide behind them."""

from typing import Final

# By their hosts, without www. Of the CTIA's Messaging Principles (2023, section 5.3.3)
# and the carriers' lists; those that have closed too, since their names are bought again.
PUBLIC_SHORTENERS: Final = frozenset(
    """
    bit.ly bitly.com j.mp tinyurl.com goo.gl t.co ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly shorturl.at
    rb.gy t.ly tiny.cc bl.ink soo.gd s.id lnkd.in fb.me adf.ly bc.vc clck.ru urlz.fr url.fr short.io shorte.st
    shrtco.de tr.im u.to x.co qr.ae mcaf.ee po.st snip.ly tny.im trib.al urlshort.fr yourls.org kutt.it
    linktr.ee dlvr.it hyperurl.co 0rz.tw lc.cx chilp.it cli.re zpr.io smarturl.it tinu.be vo.la
    """.split()
)
