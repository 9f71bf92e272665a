-- The message log, carriers, senders and routes as pages show them.

-- Why a message was not sent: what was suppressed at the time, lifted since or not.
create index suppression_phone on suppression (workspace_id, phone);
