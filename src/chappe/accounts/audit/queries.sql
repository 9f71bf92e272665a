-- name: event_add
-- One event, not yet in the chain: nothing that is recorded waits for another's transaction.
insert into audit_event (id, workspace_id, actor_kind, actor, action, target, payload, salt, commitment)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: events_newest
-- A page of a workspace's events, the newest first, after a row's (at, id); nulls leave a filter out.
select id, at, actor_kind, actor, action, target, payload, seq from audit_event
where workspace_id = $1
    and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
    and ($4::text[] is null or actor = any($4))
    and ($5::text[] is null or split_part(action, '.', 1) = any($5))
    and ($6::text is null or target = $6)
    and ($7::timestamptz is null or at >= $7)
    and ($8::timestamptz is null or at < $8)
order by at desc, id desc limit $9;

-- name: events_oldest
-- The same in the other direction, the oldest first.
select id, at, actor_kind, actor, action, target, payload, seq from audit_event
where workspace_id = $1
    and ($2::timestamptz is null or (at, id) > ($2, $3::uuid))
    and ($4::text[] is null or actor = any($4))
    and ($5::text[] is null or split_part(action, '.', 1) = any($5))
    and ($6::text is null or target = $6)
    and ($7::timestamptz is null or at >= $7)
    and ($8::timestamptz is null or at < $8)
order by at, id limit $9;

-- name: event_get
-- One event.
select id, at, actor_kind, actor, action, target, payload, seq from audit_event
where workspace_id = $1 and id = $2;

-- name: actor_names
-- Whose ids these are, of people who may have left and of the workspace's keys, revoked ones too.
select id::text as actor, name from user_account where id = any($2::uuid[])
union all
select id::text, name from api_key where workspace_id = $1 and id = any($2::uuid[]);

-- name: unsealed_workspaces
-- The workspaces with events that are not in their chain yet.
select distinct workspace_id from audit_event where seq is null;

-- name: head_make
-- The start of a chain.
insert into audit_head (workspace_id, hash, seal) values ($1, $2, $3) on conflict do nothing;

-- name: head_lock
-- The end of a chain; two workers seal one after the other.
select seq, hash, seal from audit_head where workspace_id = $1 for update;

-- name: head_get
-- The end of a chain, as it was sealed.
select seq, hash, seal from audit_head where workspace_id = $1;

-- name: head_move
-- The chain is longer now.
update audit_head set seq = $2, hash = $3, seal = $4 where workspace_id = $1 and seq < $2;

-- name: unsealed
-- What goes into the chain next.
select workspace_id, id, at, actor_kind, actor, action, target, payload, salt, commitment
from audit_event where workspace_id = $1 and seq is null order by at, id limit $2;

-- name: events_seal
-- Each row its place and its hash; a row that has them keeps them.
update audit_event as e set seq = given.seq, hash = given.hash
from unnest($2::uuid[], $3::bigint[], $4::bytea[]) as given(id, seq, hash)
where e.workspace_id = $1 and e.id = given.id and e.seq is null;

-- name: sealed_after
-- The chain in its order, a batch at a time.
select workspace_id, id, at, actor_kind, actor, action, target, payload, salt, commitment, seq, hash
from audit_event where workspace_id = $1 and seq > $2 order by seq limit $3;

-- name: unsealed_count
-- How many events wait for the worker.
select count(*) from audit_event where workspace_id = $1 and seq is null;

-- name: workspaces
-- Whose chains there are.
select id, name from workspace order by id;

-- name: actors
-- Who may stand in the trail: the members and keys of a workspace, for the filter.
select u.id::text as actor, u.name from membership as m join user_account as u on u.id = m.user_id
where m.workspace_id = $1
union all
select id::text, name from api_key where workspace_id = $1
order by name;

-- name: events_about
-- Events that were done to these targets, or tell of one of these words.
select id from audit_event
where workspace_id = $1 and payload is not null
    and (target = any($2::text[]) or payload like any ($3::text[]));

-- name: event_erase
-- Before, after and origin are gone; the commitment stays.
update audit_event set payload = null, salt = null where workspace_id = $1 and id = any($2::uuid[]);
