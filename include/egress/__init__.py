"""What leaves the house: alerts and tickets, through the gate, each in the ledger.

enqueue_alerts    put the crossings of the last days into the outbox, once each, and take
                  back what waits there and is no longer true
enqueue_tickets   put broken and healed feeds into the outbox, once per outage
send_due          send what is due, at most once each
waiting           messages that wait for a person
check             raise NeedsAttentionError when there are any, DisclosureLogError when rows of
                  the disclosure log were changed or are gone
resolve           a person's decision on one of them

It reads schema reporting and writes ops.outbox and ops.disclosures, under the
role <database>_egress. Repeating any of it is safe.
"""

from include.egress.stages import (
    check,
    enqueue_alerts,
    enqueue_tickets,
    resolve,
    send_due,
    waiting,
)

__all__ = ["check", "enqueue_alerts", "enqueue_tickets", "resolve", "send_due", "waiting"]
