-- Keys of the consent ledger that are handed on, and messages that are kept for a time.

-- A key after the first: the statement in which the key before hands over to it, as that one signed it. Who has handed
-- over keeps no private key: nothing can be signed as if it were from before.
alter table consent_key add column handover text;
alter table consent_key add column handover_signature bytea;
alter table consent_key alter column private_key drop not null;
alter table consent_key add constraint consent_key_handed_over
    check (num_nonnulls(handover, handover_signature) in (0, 2));
grant select (handover, handover_signature) on consent_key to chappe_web;

-- How many months a workspace keeps its messages: null for ever. Messages below the id are gone.
alter table retention add column message_months smallint check (message_months between 3 and 120);
alter table retention add column messages_gone_to bigint not null default 0;

-- Takes a day of the ledger away whole. The caller has seen that no message in it is kept, and waits for the lock on the
-- ledger no longer than sending can.
create function drop_message_day(d date) returns void language plpgsql as $$
begin
    execute format('drop table if exists message_%1$s, message_state_%1$s', to_char(d, 'YYYYMMDD'));
    delete from late_receipt_day where day = d;
end $$;
