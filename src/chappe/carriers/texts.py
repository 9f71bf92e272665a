"""How a carrier wants texts to be written, by its settings: what that costs in parts is asked before, too."""

from collections.abc import Mapping
from typing import Final

from chappe.carriers.settings import NationalTable, SmppSettings
from chappe.sms.national import NationalLanguage
from chappe.sms.options import TextOptions

_NATIONAL: Final[Mapping[NationalTable, NationalLanguage]] = {
    NationalTable.TURKISH: NationalLanguage.TURKISH,
    NationalTable.SPANISH: NationalLanguage.SPANISH,
    NationalTable.PORTUGUESE: NationalLanguage.PORTUGUESE,
}


def text_options(settings: SmppSettings) -> TextOptions:
    return TextOptions(
        concatenation=settings.concatenation,
        charset=settings.charset,
        national=_NATIONAL[settings.national] if settings.national is not None else None,
        data_coding=settings.data_coding,
    )
