-- name: add_export
-- A file that waits to be written.
insert into export (workspace_id, id, kind, format, which, person_id, key_id, asked_by)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning *;

-- name: export
-- One export.
select * from export where workspace_id = $1 and id = $2;

-- name: exports
-- Exports, the newest first, behind a key; those of one person are told with their request.
select * from export
where workspace_id = $1 and ($2::uuid is null or id < $2) and kind <> 'person'
order by id desc limit $3;

-- name: exports_upwards
-- As `exports`, the oldest first.
select * from export
where workspace_id = $1 and ($2::uuid is null or id > $2) and kind <> 'person'
order by id limit $3;

-- name: next_export
-- The oldest that has work left, of any workspace, nobody else's until the transaction ends.
select * from export where state in ('queued', 'running') order by id limit 1 for update skip locked;

-- name: advance_export
-- A batch is in the file; where that was the last one, when the file goes.
update export set state = $3, position = $4, bytes = $5, done = $6, total = $7, finished_at = $8, expires_at = $9
where workspace_id = $1 and id = $2 returning *;

-- name: fail_export
-- Given up, and why.
update export set state = 'failed', error = $3, finished_at = $4, which = '{}' where workspace_id = $1 and id = $2;

-- name: expire_exports
-- Files whose days are over; what was asked for may name a person, and goes too.
update export set state = 'expired', which = '{}' where state = 'finished' and expires_at <= $1;

-- name: live_exports
-- Of these exports, those whose file is still to be there.
select id from export where id = any($1::uuid[]) and state in ('queued', 'running', 'finished');

-- name: add_erasure
-- An erasure begins.
insert into erasure (id, workspace_id, contact_ids, phones, keep_hash, begun_at) values ($1, $2, $3, $4, $5, $6);

-- name: stop_sending
-- Tell the senders, who may hold messages to these numbers, as of a suppression: at commit.
select pg_notify('chappe_suppression', $1::bigint || ':' || phone || ':all') from unnest($2::bigint[]) as u (phone);

-- name: erasures
-- Those under way, of any workspace.
select id, workspace_id, contact_ids, phones, keep_hash, begun_at from erasure
where ended_at is null order by begun_at limit 100 for update skip locked;

-- name: end_erasure
-- Nothing more comes in: whom it was of goes from here too.
update erasure set ended_at = $3, contact_ids = '{}', phones = '{}' where workspace_id = $1 and id = $2;

-- name: expire_of
-- Files that may hold them: those of this workspace that are there or being written.
update export set state = 'expired', which = '{}'
where workspace_id = $1 and state in ('queued', 'running', 'finished');

-- name: forget_requests
-- Whom requests are of, and what was noted of them; that they were made and answered in time stays.
with mine as (
    update person_request set contact_id = null, phone = null, identity = ''
    where workspace_id = $1 and (contact_id = any($2::bigint[]) or phone = any($3::bigint[]))
    returning id
)
update person_request_step set note = '' where workspace_id = $1 and request_id in (select id from mine) and note <> '';

-- name: numbers_here
-- Every number that a restored workspace knows.
select phone from contact where workspace_id = $1
union select phone from conversation where workspace_id = $1
union select phone from suppression where workspace_id = $1 and phone is not null
union select phone from inbound where workspace_id = $1 and phone is not null
union select phone from message where workspace_id = $1 and phone <> 0;

-- name: contacts_here
-- Those of these contacts that are there.
select id from contact where workspace_id = $1 and id = any($2::bigint[]) order by id;

-- name: add_request
-- A request that came.
insert into person_request (workspace_id, id, kind, contact_id, phone, channel, received_on, due_on, identity)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning *;

-- name: request
-- One request.
select * from person_request where workspace_id = $1 and id = $2;

-- name: requests
-- Requests by the day on which they are due, behind a place, narrowed by what is not null.
select * from person_request
where workspace_id = $1 and ($2::text[] is null or kind = any($2)) and ($3::text[] is null or state = any($3))
    and ($4::date is null or (due_on, id) > ($4, $5::uuid))
order by due_on, id limit $6;

-- name: requests_latest
-- The same in the other direction.
select * from person_request
where workspace_id = $1 and ($2::text[] is null or kind = any($2)) and ($3::text[] is null or state = any($3))
    and ($4::date is null or (due_on, id) < ($4, $5::uuid))
order by due_on desc, id desc limit $6;

-- name: requests_recorded
-- As they were recorded, the newest first, behind a key.
select * from person_request
where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3;

-- name: open_requests
-- How many are open, and overdue.
select count(*)::integer as n, (count(*) filter (where due_on < $2))::integer as overdue from person_request
where workspace_id = $1 and state = 'open';

-- name: identify_request
-- How it was checked that they are who they say; no row when the request is closed.
update person_request set identity = $3 where workspace_id = $1 and id = $2 and state = 'open' returning *;

-- name: prolong_request
-- More time, once.
update person_request set due_on = $3, prolonged = true
where workspace_id = $1 and id = $2 and state = 'open' and not prolonged returning *;

-- name: attach_archive
-- The archive that answers it.
update person_request set export_id = $3 where workspace_id = $1 and id = $2 and state = 'open' returning *;

-- name: close_request
-- Answered or refused; no row when it was already.
update person_request set state = $3, closed_at = $4 where workspace_id = $1 and id = $2 and state = 'open' returning *;

-- name: add_step
-- Something was done with a request.
insert into person_request_step (workspace_id, request_id, what, note, person_id, key_id, person)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: steps
-- What was done with a request, the newest first.
select what, note, person, at from person_request_step where workspace_id = $1 and request_id = $2 order by id desc;

-- name: workspace
-- What it is called, and where its days begin.
select name, zone from workspace where id = $1;
