-- The message log, carriers, senders and routes as pages show them.

-- What is or was suppressed of a number: why a message of that time was not sent.
create index suppression_phone on suppression (workspace_id, phone, id);
