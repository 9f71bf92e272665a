"""What a command_status means for the message, the number, the sender or the link.

Carriers use the codes loosely: a link may override any of them. The default table follows what Kannel and
Jasmin learnt in the field, corrected where their choice lost messages; `tests/unit/smpp/test_status.py` is
its golden copy.
"""

from collections.abc import Mapping
from enum import StrEnum

from chappe.smpp.constants import CommandStatus


class StatusClass(StrEnum):
    """What to do next."""

    OK = "ok"
    THROTTLE = "throttle"  # slow the whole link, keep order, no attempt consumed
    QUEUE_FULL = "queue_full"  # of the carrier or of one recipient: `throttle.QueueFullWatch` tells
    TEMPORARY = "temporary"  # 30 s, 2 min, 10 min, then another route, then fail
    REROUTE = "reroute"  # one try on another route, then permanent
    PERMANENT = "permanent"  # this message fails; the next one may not
    SENDER = "sender"  # the sender is not accepted: stop the campaign
    NUMBER = "number"  # the number is invalid once two independent carriers say so
    CREDIT = "credit"  # pause the link: the account is empty
    BIND = "bind"  # credentials or account: stop, tell a person, retry after 5 minutes or more
    NOT_BOUND = "not_bound"  # session state: unbind, come back with jitter
    PROTOCOL = "protocol"  # the two sides no longer understand each other: reconnect
    SCHEDULE = "schedule"  # our own mistake in a time: permanent, and an alert
    UNMAPPED = "unmapped"  # a vendor's code without an override: permanent, counted


_S = CommandStatus
_CLASSES: dict[int, StatusClass] = {
    _S.ESME_ROK: StatusClass.OK,
    _S.ESME_RTHROTTLED: StatusClass.THROTTLE,
    _S.ESME_RMSGQFUL: StatusClass.QUEUE_FULL,
    _S.ESME_RSYSERR: StatusClass.TEMPORARY,
    _S.ESME_RX_T_APPN: StatusClass.TEMPORARY,
    _S.ESME_RDELIVERYFAILURE: StatusClass.TEMPORARY,
    _S.ESME_RUNKNOWNERR: StatusClass.TEMPORARY,
    _S.ESME_RSERTYPUNAVAIL: StatusClass.TEMPORARY,
    # Aerialink and others: "number blocked"; elsewhere a passing fault.
    _S.ESME_RSUBMITFAIL: StatusClass.REROUTE,
    _S.ESME_RINVDSTADR: StatusClass.NUMBER,
    _S.ESME_RINVSRCADR: StatusClass.SENDER,
    _S.ESME_RQUERYFAIL: StatusClass.CREDIT,  # smpp.io and others: quota; we never query
    _S.ESME_RINVSCHED: StatusClass.SCHEDULE,
    _S.ESME_RBINDFAIL: StatusClass.BIND,
    _S.ESME_RINVPASWD: StatusClass.BIND,
    _S.ESME_RINVSYSID: StatusClass.BIND,
    _S.ESME_RINVSYSTYP: StatusClass.BIND,
    _S.ESME_RSERTYPUNAUTH: StatusClass.BIND,
    _S.ESME_RPROHIBITED: StatusClass.BIND,
    _S.ESME_RSERTYPDENIED: StatusClass.BIND,
    _S.ESME_RINVBNDSTS: StatusClass.NOT_BOUND,
    _S.ESME_RALYBND: StatusClass.NOT_BOUND,
    _S.ESME_RINVCMDLEN: StatusClass.PROTOCOL,
    _S.ESME_RINVCMDID: StatusClass.PROTOCOL,
    **dict.fromkeys(
        (
            _S.ESME_RINVMSGLEN,
            _S.ESME_RINVPRTFLG,
            _S.ESME_RINVREGDLVFLG,
            _S.ESME_RINVMSGID,
            _S.ESME_RCANCELFAIL,
            _S.ESME_RREPLACEFAIL,
            _S.ESME_RINVSERTYP,
            _S.ESME_RINVNUMDESTS,
            _S.ESME_RINVDLNAME,
            _S.ESME_RINVDESTFLAG,
            _S.ESME_RINVSUBREP,
            _S.ESME_RINVESMCLASS,
            _S.ESME_RCNTSUBDL,
            _S.ESME_RINVSRCTON,
            _S.ESME_RINVSRCNPI,
            _S.ESME_RINVDSTTON,
            _S.ESME_RINVDSTNPI,
            _S.ESME_RINVREPFLAG,
            _S.ESME_RINVNUMMSGS,
            _S.ESME_RINVEXPIRY,
            _S.ESME_RINVDFTMSGID,
            _S.ESME_RX_P_APPN,
            _S.ESME_RX_R_APPN,
            _S.ESME_RINVOPTPARSTREAM,
            _S.ESME_ROPTPARNOTALLWD,
            _S.ESME_RINVPARLEN,
            _S.ESME_RMISSINGOPTPARAM,
            _S.ESME_RINVOPTPARAMVAL,
            _S.ESME_RINVDCS,
        ),
        StatusClass.PERMANENT,
    ),
}


def status_class(code: int, overrides: Mapping[int, StatusClass] | None = None) -> StatusClass:
    """The class of a status on a link with these overrides."""
    if overrides and code in overrides:
        return overrides[code]
    return _CLASSES.get(code, StatusClass.UNMAPPED)


def stops_binding(code: int, overrides: Mapping[int, StatusClass] | None = None) -> bool:
    """Whether a refused bind will be refused again until a person acts."""
    return status_class(code, overrides) is StatusClass.BIND


def status_name(code: int) -> str:
    """`ESME_RTHROTTLED`, or `0x0400` for a vendor's code."""
    try:
        return CommandStatus(code).name
    except ValueError:
        return f"{code:#06x}"
