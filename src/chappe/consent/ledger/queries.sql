-- name: unsealed_workspaces
-- Where events wait to be sealed.
select distinct workspace_id from consent_unsealed;

-- name: unsealed
-- The next groups of events: what came in small before what came by the thousand, so that a STOP waits for no import.
select id, ids from consent_unsealed where workspace_id = $1 order by many, id limit $2;

-- name: unsealed_count
-- How many events wait.
select coalesce(sum(cardinality(ids)), 0)::bigint from consent_unsealed where workspace_id = $1;

-- name: unsealed_keys
-- Their keys.
select u.id from consent_unsealed as w, unnest(w.ids) as u (id) where w.workspace_id = $1;

-- name: unsealed_done
-- They are sealed.
delete from consent_unsealed where workspace_id = $1 and id = any($2::bigint[]);

-- name: facts
-- What a seal commits to of these events: those who share everything but the person as one row of columns, because an
-- import is thousands of the same. Erased ones have nothing left.
select e.purpose, e.state, e.basis, e.source, e.at, w.sha256 as wording, v.sha256 as evidence, e.import_id,
    array_agg(e.id) as ids, array_agg(e.contact_id) as contacts, array_agg(e.phone) as phones,
    array_agg(e.row_number) as rows
from consent_event as e
left join consent_wording as w on w.workspace_id = e.workspace_id and w.id = e.wording_id
left join consent_evidence as v on v.workspace_id = e.workspace_id and v.id = e.evidence_id
where e.workspace_id = $1 and e.id = any($2::bigint[]) and e.erased_at is null
group by e.purpose, e.state, e.basis, e.source, e.at, w.sha256, v.sha256, e.import_id;

-- name: existing
-- Which of these events are there.
select id from consent_event where workspace_id = $1 and id = any($2::bigint[]);

-- name: events_upto
-- How many events a workspace has up to a key.
select count(*)::bigint from consent_event where workspace_id = $1 and id <= $2;

-- name: event_keys
-- Their keys, in order.
select id from consent_event where workspace_id = $1 and id > $2 order by id limit $3;

-- name: last_event
-- The newest event.
select coalesce(max(id), 0)::bigint from consent_event where workspace_id = $1;

-- name: head_make
-- The beginning of a chain, where there is none.
insert into consent_head (workspace_id, hash) values ($1, $2) on conflict do nothing;

-- name: head_lock
-- The end of a chain, held until the transaction ends.
select seq, events, hash from consent_head where workspace_id = $1 for update;

-- name: head
-- The end of a chain.
select seq, events, hash from consent_head where workspace_id = $1;

-- name: head_move
-- A chain has a new end.
update consent_head set seq = $2, events = $3, hash = $4 where workspace_id = $1;

-- name: seal_add
-- A seal on these events.
insert into consent_seal
    (workspace_id, seq, at, ids, lowest, highest, leaves, salts, root, previous, hash, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: seals_after
-- Seals in the order of the chain.
select seq, at, ids, leaves, salts, root, previous, hash, mac from consent_seal
where workspace_id = $1 and seq > $2 order by seq limit $3;

-- name: seals_around
-- Seals that may hold an event: the key lies between their lowest and highest. An import that runs long makes wide
-- ones, so there may be several.
select seq, at, ids, leaves, salts, root, previous, hash, mac from consent_seal
where workspace_id = $1 and highest >= $2 and lowest <= $2 and $2 = any(ids)
order by highest limit 1;

-- name: salts_empty
-- Forget salts of a seal, whose events were erased.
update consent_seal set salts = $3 where workspace_id = $1 and seq = $2;

-- name: events_of_contacts
-- What the ledger holds of these contacts.
select id from consent_event where workspace_id = $1 and contact_id = any($2::bigint[]);

-- name: events_of_phones
-- The same by the number that they had, whose contact may be gone. It reads the workspace's log through: an index on
-- numbers would cost each imported row more than an erasure now and then.
select id from consent_event where workspace_id = $1 and phone = any($2::bigint[]);

-- name: evidence_forget
-- Evidence of these events that is of nobody else.
delete from consent_evidence as v using consent_event as e
where e.workspace_id = $1 and e.id = any($2::bigint[]) and v.workspace_id = $1 and v.id = e.evidence_id
    and not v.shared;

-- name: events_erase
-- Who it was and how it came goes; that something changed, and when, stays.
update consent_event
set contact_id = null, phone = null, source = '', wording_id = null, evidence_id = null, import_id = null,
    inbound_id = null, row_number = null, erased_at = coalesce(erased_at, now())
where workspace_id = $1 and id = any($2::bigint[]);

-- name: workspaces
-- Every workspace and what it is called.
select id, name from workspace order by id;
