-- name: unsealed_workspaces
-- Where events wait to be sealed.
select distinct workspace_id from consent_unsealed;

-- name: unsealed
-- The next groups of events: what came in small before what came by the thousand, so that a STOP waits for no import.
select id, ids from consent_unsealed where workspace_id = $1 order by many, id limit $2;

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

-- name: standing
-- The ledger at one moment: its events, how many of them wait to be sealed, and the end of the chain.
select
    (select count(*)::bigint from consent_event where workspace_id = $1) as events,
    (select coalesce(sum(cardinality(ids)), 0)::bigint from consent_unsealed where workspace_id = $1) as waiting,
    coalesce(h.seq, 0) as seq, coalesce(h.events, 0) as sealed, h.hash,
    (select coalesce(max(number), 0) from consent_checkpoint where workspace_id = $1) as checkpoints
from (select 1) as one left join consent_head as h on h.workspace_id = $1;

-- name: summary
-- The same without counting: what is sealed is known from the chain's end.
select
    (select coalesce(sum(cardinality(ids)), 0)::bigint from consent_unsealed where workspace_id = $1) as waiting,
    coalesce(h.seq, 0) as seq, coalesce(h.events, 0) as sealed
from (select 1) as one left join consent_head as h on h.workspace_id = $1;

-- name: event_keys
-- Keys of events, in order.
select id from consent_event where workspace_id = $1 and id > $2 order by id limit $3;

-- name: differences
-- Where what holds is not what the ledger says last: the state is kept beside it to be read quickly.
with last as (
    select distinct on (contact_id, purpose) contact_id, purpose, state
    from consent_event where workspace_id = $1 and erased_at is null and contact_id is not null
    order by contact_id, purpose, id desc
), held as (
    select contact_id, purpose, state from consent where workspace_id = $1 and state <> 'none'
)
select contact_id, purpose, l.state as told, h.state as held
from last as l full join held as h using (contact_id, purpose)
where l.state is distinct from h.state
    and exists (select from contact as c where c.workspace_id = $1 and c.id = contact_id)
order by contact_id, purpose limit $2;

-- name: head_make
-- The beginning of a chain, where there is none.
insert into consent_head (workspace_id, hash) values ($1, $2) on conflict do nothing;

-- name: head_lock
-- The end of a chain, held until the transaction ends.
select seq, events, hash from consent_head where workspace_id = $1 for update;

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

-- name: checkpoints_due
-- Workspaces with seals that no checkpoint covers, whose last one is from before a moment, or which have none.
select h.workspace_id
from consent_head as h
left join lateral (
    select c.last_seal, c.at from consent_checkpoint as c
    where c.workspace_id = h.workspace_id order by c.number desc limit 1
) as last on true
where h.seq > coalesce(last.last_seal, 0) and (last.at is null or last.at <= $1);

-- name: checkpoint_last
-- The newest checkpoint.
select number, at, first_seal, last_seal, events, key_id, statement, signature, time_stamp, stamped_at, witnessed_at,
    problem
from consent_checkpoint where workspace_id = $1 order by number desc limit 1;

-- name: checkpoint_of
-- The checkpoint that covers a seal.
select number, at, first_seal, last_seal, events, key_id, statement, signature, time_stamp, stamped_at, witnessed_at,
    problem
from consent_checkpoint where workspace_id = $1 and last_seal >= $2 order by last_seal limit 1;

-- name: checkpoints_after
-- Checkpoints in their order.
select number, at, first_seal, last_seal, events, key_id, statement, signature, time_stamp, stamped_at, witnessed_at,
    problem
from consent_checkpoint where workspace_id = $1 and number > $2 order by number limit $3;

-- name: checkpoint_add
-- A signed statement on the chain.
insert into consent_checkpoint
    (workspace_id, number, at, first_seal, last_seal, events, key_id, statement, signature)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: seal_hashes
-- The hashes of a stretch of the chain.
select hash from consent_seal where workspace_id = $1 and seq between $2 and $3 order by seq;

-- name: key
-- The key that a workspace signs with.
select id, public_key, private_key from consent_key where workspace_id = $1 order by id desc limit 1;

-- name: key_add
-- A new one.
insert into consent_key (workspace_id, id, public_key, private_key, created_at, handover, handover_signature)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: signing_workspaces
-- Who has a key.
select distinct workspace_id from consent_key order by workspace_id;

-- name: key_forget
-- It has handed over, and signs nothing more.
update consent_key set private_key = null where workspace_id = $1 and id = $2;

-- name: public_keys
-- Every key that a workspace has signed with.
select id, public_key, created_at, handover, handover_signature from consent_key where workspace_id = $1 order by id;

-- name: workspace_name
-- What a workspace is called.
select name from workspace where id = $1;

-- name: told_of
-- The wording and the evidence of these events, by their digests.
select e.id, w.sha256 as wording, w.text as words, v.sha256 as evidence, v.data
from consent_event as e
left join consent_wording as w on w.workspace_id = e.workspace_id and w.id = e.wording_id
left join consent_evidence as v on v.workspace_id = e.workspace_id and v.id = e.evidence_id
where e.workspace_id = $1 and e.id = any($2::bigint[]);

-- name: log_newest
-- The log, the newest first, narrowed by what is not null: purposes, states, kinds of source or sources, moments,
-- people.
select e.*, c.phone as phone_today, c.attributes
from (
    select id, at, contact_id, phone, purpose, state, basis, source, wording_id, evidence_id, import_id, inbound_id,
        row_number, erased_at
    from consent_event as e
    where e.workspace_id = $1 and e.id < $2
        and ($3::text[] is null or e.purpose = any($3)) and ($4::text[] is null or e.state = any($4))
        and ($5::text[] is null or case when e.import_id is not null then 'import'
            when split_part(e.source, ':', 1) in ('inbound', 'api', 'form', 'preferences', 'link')
                then split_part(e.source, ':', 1) else 'staff' end = any($5) or e.source = any($5))
        and ($6::timestamptz is null or e.at >= $6) and ($7::timestamptz is null or e.at < $7)
        and ($8::bigint[] is null or e.contact_id = any($8))
    order by e.id desc limit $9
) as e
left join contact as c on c.workspace_id = $1 and c.id = e.contact_id
order by e.id desc;

-- name: log_oldest
-- The same in the other direction.
select e.*, c.phone as phone_today, c.attributes
from (
    select id, at, contact_id, phone, purpose, state, basis, source, wording_id, evidence_id, import_id, inbound_id,
        row_number, erased_at
    from consent_event as e
    where e.workspace_id = $1 and e.id > $2
        and ($3::text[] is null or e.purpose = any($3)) and ($4::text[] is null or e.state = any($4))
        and ($5::text[] is null or case when e.import_id is not null then 'import'
            when split_part(e.source, ':', 1) in ('inbound', 'api', 'form', 'preferences', 'link')
                then split_part(e.source, ':', 1) else 'staff' end = any($5) or e.source = any($5))
        and ($6::timestamptz is null or e.at >= $6) and ($7::timestamptz is null or e.at < $7)
        and ($8::bigint[] is null or e.contact_id = any($8))
    order by e.id limit $9
) as e
left join contact as c on c.workspace_id = $1 and c.id = e.contact_id
order by e.id;

-- name: log_turns
-- The same of what gave no consent: few rows among a million, along an index of their own.
select e.*, c.phone as phone_today, c.attributes
from (
    select id, at, contact_id, phone, purpose, state, basis, source, wording_id, evidence_id, import_id, inbound_id,
        row_number, erased_at
    from consent_event as e
    where e.workspace_id = $1 and e.id < $2 and e.state <> 'granted'
        and ($3::text[] is null or e.purpose = any($3)) and ($4::text[] is null or e.state = any($4))
        and ($5::text[] is null or case when e.import_id is not null then 'import'
            when split_part(e.source, ':', 1) in ('inbound', 'api', 'form', 'preferences', 'link')
                then split_part(e.source, ':', 1) else 'staff' end = any($5) or e.source = any($5))
        and ($6::timestamptz is null or e.at >= $6) and ($7::timestamptz is null or e.at < $7)
        and ($8::bigint[] is null or e.contact_id = any($8))
    order by e.id desc limit $9
) as e
left join contact as c on c.workspace_id = $1 and c.id = e.contact_id
order by e.id desc;

-- name: event
-- One event, with its wording and evidence.
select e.id, e.at, e.contact_id, e.phone, c.phone as phone_today, c.attributes, e.purpose, e.state, e.basis, e.source,
    e.wording_id, e.evidence_id, e.import_id, e.inbound_id, e.row_number, e.erased_at
from consent_event as e left join contact as c on c.workspace_id = $1 and c.id = e.contact_id
where e.workspace_id = $1 and e.id = $2;

-- name: wordings
-- Texts that people agreed to, by key.
select id, text from consent_wording where workspace_id = $1 and id = any($2::uuid[]);

-- name: waiting_among
-- Which of these events wait to be sealed.
select u.id from consent_unsealed as w, unnest(w.ids) as u (id)
where w.workspace_id = $1 and u.id = any($2::bigint[]);

-- name: people_of
-- Contacts whose number lies in one of these ranges, a thousand at most.
select c.id from contact as c, unnest($2::bigint[], $3::bigint[]) as r (lo, hi)
where c.workspace_id = $1 and c.phone between r.lo and r.hi limit 1000;

-- name: since_event
-- An event before which none is as young as a moment: seals know when they were made, and what they hold is older.
select least(
    (select min(lowest) from consent_seal where workspace_id = $1 and at >= $2::timestamptz - interval '1 minute'),
    (select min(u.id) from consent_unsealed as w, unnest(w.ids) as u (id) where w.workspace_id = $1)
) as id;

-- name: withdrawn_since
-- How many consents were taken back since a moment, up to a limit: along the index of what gave none.
select count(*)::integer from (
    select from consent_event where workspace_id = $1 and state <> 'granted' and state = 'withdrawn' and at >= $2
    order by id desc limit $3
) as taken;

-- name: checkpoints_untold
-- Checkpoints of the last days that an authority has not stamped, or a witness not been told of.
select c.workspace_id, c.number, c.statement, c.signature, k.public_key,
    $2 and c.time_stamp is null as to_stamp, $3 and c.witnessed_at is null as to_witness
from consent_checkpoint as c
join consent_key as k on k.workspace_id = c.workspace_id and k.id = c.key_id
where c.at > $1 and ($2 and c.time_stamp is null or $3 and c.witnessed_at is null)
order by c.at, c.workspace_id, c.number limit 100;

-- name: checkpoint_stamped
-- What the authority answered.
update consent_checkpoint set time_stamp = $3, stamped_at = $4, problem = null
where workspace_id = $1 and number = $2 and time_stamp is null;

-- name: checkpoint_witnessed
-- The witness has it.
update consent_checkpoint set witnessed_at = $3, problem = null
where workspace_id = $1 and number = $2 and witnessed_at is null;

-- name: checkpoint_problem
-- Why there is no stamp, or no witness, yet.
update consent_checkpoint set problem = $3 where workspace_id = $1 and number = $2 and problem is distinct from $3;
