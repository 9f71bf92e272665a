"""Whether a person clicked, or a program that looks at links.

Texts are read by programs before people see them: phones and messengers fetch what a preview needs, filters
of carriers and companies follow every link. Each click is judged by what is known of it, by the first rule
that speaks; all are kept and counted, people and programs apart.
"""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chappe.tracking.model import ClickKind

TOO_SOON: Final = timedelta(seconds=2)
"""After the carrier took a message: nobody has received it, read it and tapped on it yet."""
BURST: Final = 5
"""People who share an address (a company, a carrier's gateway) do not click on so many messages at once."""
BURST_WITHIN: Final = timedelta(seconds=3)

# Names by which messengers and phones fetch a preview.
_PREVIEWS: Final = re.compile(
    r"facebookexternalhit|Facebot|^WhatsApp/|TelegramBot|Twitterbot|Slackbot|Slack-ImgProxy|Discordbot|"
    r"LinkedInBot|SkypeUriPreview|Microsoft Teams|MicrosoftPreview|^Viber|^Signal|vkShare|redditbot|Iframely|"
    r"Google-PageRenderer|GoogleMessages|Google-Read-Aloud|Snap URL Preview|Linespider|KakaoTalk-Scrap|"
    r"^Mastodon/|Bluesky Cardyb|Embedly|Pinterestbot|BitlyBot|Applebot",
    re.IGNORECASE,
)
# Programs that say what they are, browsers without a window, libraries of programming languages, filters.
# CUBOT makes phones.
_PROGRAMS: Final = re.compile(
    r"(?<!cu)bot(?:[/; )]|$)|crawler|spider|scanner|validator|archiver|fetcher|HeadlessChrome|PhantomJS|"
    r"Puppeteer|Playwright|Selenium|aiohttp|httpx/|okhttp/|Apache-HttpClient|Guzzle|axios/|node-fetch|undici|"
    r"PostmanRuntime|Scrapy|Barracuda|Proofpoint|Mimecast|BingPreview|SafeLinks|ms-office|Microsoft Office|"
    r"Trend ?Micro|Symantec|Sophos|Forcepoint|zgrab|masscan|nmap|Nessus|Qualys|CensysInspect|Expanse|urlscan|"
    r"VirusTotal|PhishTank|SafeBrowsing|Google-Safety|GoogleOther|Google-InspectionTool|Chrome-Lighthouse|"
    r"Cloudflare-|Detectify|Netcraft|UptimeRobot|Pingdom",
    re.IGNORECASE,
)
# Every browser that people have begins so (RFC 9110 section 10.1.5 tells why they all do).
_BROWSER: Final = re.compile(r"^(?:Mozilla/[45]\.0 \(|Opera/)")


class Seen(NamedTuple):
    """What is known of a click. `sent`: whether its message left at all; `submitted_at` when; both None for a
    link made by hand. `others`: how many other messages were clicked from there within BURST_WITHIN.
    `misses`: whether somebody tries codes from there.
    """

    at: datetime
    agent: str
    head: bool
    network: str | None
    sent: bool | None = None
    submitted_at: datetime | None = None
    others: int = 0
    misses: bool = False


class Judged(NamedTuple):
    kind: ClickKind
    why: str


HUMAN: Final = Judged(ClickKind.HUMAN, "")


def judge(seen: Seen) -> Judged:
    """The first rule that speaks. `why` is a word of the reference, empty for a person."""
    if _PREVIEWS.search(seen.agent):
        return Judged(ClickKind.PREVIEW, "preview_agent")
    for holds, why in (
        (seen.head, "head"),
        (not _BROWSER.match(seen.agent), "no_browser"),
        (_PROGRAMS.search(seen.agent), "program"),
        (seen.network is not None, "network"),
        # The code of a message that never left: nobody was given it. It is the honeypot of every campaign.
        (seen.sent is False, "never_sent"),
        (seen.misses, "tries_codes"),
        (seen.submitted_at is not None and seen.at < seen.submitted_at + TOO_SOON, "too_soon"),
        (seen.others >= BURST, "burst"),
    ):
        if holds:
            return Judged(ClickKind.SCANNER, why)
    return HUMAN
