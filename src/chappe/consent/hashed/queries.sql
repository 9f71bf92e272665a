-- name: schemes
-- How hashes of a workspace were made: a line or two, most often none. Those that hold no number any more ask for no
-- key.
select s.id, s.key_id, s.algorithm, s.spelling, s.secret from suppression_scheme as s
where s.workspace_id = $1 and exists (
    select from suppression as h where h.scheme_id = s.id and h.phone is null and h.lifted_at is null)
order by s.id;

-- name: touch_scheme
-- The scheme, if there is one, with hashes that are added now.
update suppression_scheme set changed_at = now()
where workspace_id = $1 and key_id = $2 and algorithm = $3 and spelling = $4 and fingerprint = $5
returning id;

-- name: lock_contacts
-- Waits for the transactions that add contacts and may have seen no scheme.
select pg_advisory_xact_lock(1396920392, $1::bigint::integer);

-- name: add_scheme
-- A scheme that the workspace did not have.
insert into suppression_scheme (workspace_id, key_id, algorithm, spelling, fingerprint, secret)
values ($1, $2, $3, $4, $5, $6)
on conflict (workspace_id, key_id, algorithm, spelling, fingerprint) do update set changed_at = now()
returning id;

-- name: match
-- Which numbers ($2, hashed as $3 by the schemes $4) are suppressed by their hash.
select h.id, u.phone, h.scope
from unnest($2::bigint[], $3::bytea[], $4::integer[]) as u (phone, hash, scheme_id)
join suppression as h on h.workspace_id = $1 and h.phone_hash = u.hash and h.scheme_id = u.scheme_id
    and h.phone is null and h.lifted_at is null;

-- name: recognise
-- What was known by a hash is known by its number from now on. Two who do it at once: the second finds no row.
with met as (
    delete from suppression as h using unnest($2::bigint[], $3::bigint[]) as m (id, phone)
    where h.workspace_id = $1 and h.id = m.id and h.phone is null and h.lifted_at is null
    returning m.phone, h.scope, h.reason, h.source, h.created_at, h.list_id
)
insert into suppression (workspace_id, phone, scope, reason, source, created_at, list_id)
select $1, phone, scope, reason, source, created_at, list_id from met order by phone, scope
on conflict (workspace_id, phone, scope) where lifted_at is null do nothing;

-- name: matched
-- These numbers have been looked up.
delete from suppression_unmatched where workspace_id = $1 and phone = any($2::bigint[]);

-- name: waiting
-- Workspaces with numbers that were not looked up yet.
select distinct workspace_id from suppression_unmatched;

-- name: unmatched
-- Some of them, and whether a contact has the number: one that was erased meanwhile is nobody's.
select u.phone, exists (
    select from contact as c where c.workspace_id = $1 and c.phone = u.phone
) as known
from suppression_unmatched as u where u.workspace_id = $1
order by u.phone limit $2;

-- name: unsuppressed
-- Those of these numbers without a suppression of all marketing that holds.
select u.phone from unnest($2::bigint[]) as u (phone)
where not exists (
    select from suppression as s
    where s.workspace_id = $1 and s.phone = u.phone and s.scope in ('marketing', 'all') and s.lifted_at is null
);

-- name: drop_narrow
-- Who is erased gets no marketing at all: of which topics they had left is nothing to keep.
delete from suppression where workspace_id = $1 and phone = any($2::bigint[]) and scope not in ('marketing', 'all');

-- name: forget
-- Of every suppression of these numbers the hash stays, and no words that somebody wrote.
update suppression as s set phone = null, phone_hash = u.hash, scheme_id = $4, raw = null, inbound_id = null,
    lift_reason = null, reason = case when s.reason = any($5::text[]) then s.reason else 'erased' end
from unnest($2::bigint[], $3::bytea[]) as u (phone, hash)
where s.workspace_id = $1 and s.phone = u.phone;

-- name: forget_answers
-- When they were last answered.
delete from keyword_answer where workspace_id = $1 and phone = any($2::bigint[]);

-- name: forget_questions
-- What they were asked.
delete from optout_question where workspace_id = $1 and phone = any($2::bigint[]);

-- name: queue_known
-- Contacts with these numbers, if there are any, are looked up again.
insert into suppression_unmatched (workspace_id, phone)
select $1, c.phone from contact as c where c.workspace_id = $1 and c.phone = any($2::bigint[])
on conflict do nothing;

-- name: queue_contacts
-- Every contact is looked up again.
insert into suppression_unmatched (workspace_id, phone)
select $1, phone from contact where workspace_id = $1
on conflict do nothing;

-- name: add_hash
-- A suppression by its hash; one that holds already stays.
insert into suppression (workspace_id, phone_hash, scheme_id, scope, reason, source)
values ($1, $2, $3, $4, $5, $6)
on conflict (workspace_id, phone_hash, scope) where phone is null and lifted_at is null do nothing;

-- name: lift_hash
-- The end of one.
update suppression set lifted_at = now(), lifted_by = 'restore'
where workspace_id = $1 and phone_hash = $2 and scope = $3 and phone is null and lifted_at is null;

-- name: used_keys
-- Under which keys suppressions are known by a hash, and how many of each.
select s.key_id, count(h.id) as numbers
from suppression_scheme as s left join suppression as h
    on h.scheme_id = s.id and h.phone is null and h.lifted_at is null
group by s.key_id order by s.key_id;
