-- Keys of the consent ledger that are handed on, and messages that are kept for a time.

-- A key after the first: the statement in which the key before hands over to it, as that one signed it. Who has handed
-- over keeps no private key: nothing can be signed as if it were from before.
alter table consent_key add column handover text;
alter table consent_key add column handover_signature bytea;
alter table consent_key alter column private_key drop not null;
alter table consent_key add constraint consent_key_handed_over
    check (num_nonnulls(handover, handover_signature) in (0, 2));
grant select (handover, handover_signature) on consent_key to chappe_web;
