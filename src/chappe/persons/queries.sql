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
