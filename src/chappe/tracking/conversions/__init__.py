"""What messages sold.

    event, answer ──in its transaction──▶ conversion_unread ──settling──▶ conversion, run_conversion

Last touch: a conversion is owed to the message whose link its person opened last before it, within the goal's
window of days; else to the last campaign message that reached them, within its window of hours; else to
nobody. Each is counted once, whatever is sent twice, killed or late. Amounts are kept by currency and never
added up across; a refund takes from its order, never below nothing, in whichever order the two arrive.
"""
