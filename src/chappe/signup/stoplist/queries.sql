-- name: add
-- A list whose file follows.
insert into suppression_list (id, workspace_id, filename, state, kind, algorithm, spelling, secret, key_id, country,
    position, scope, reason, source, created_by)
select $2, w.id, $3, $4, $5, $6, $7, $8, $9, coalesce($10, w.default_country), $11, $12, $13, $14, $15
from workspace as w where w.id = $1;

-- name: add_block
-- A block of its file.
insert into suppression_list_block (workspace_id, list_id, number, data) values ($1, $2, $3, $4);

-- name: note_rows
-- About how many rows the file has.
update suppression_list set rows_total = $3 where workspace_id = $1 and id = $2;

-- name: one
-- A list.
select * from suppression_list where workspace_id = $1 and id = $2;

-- name: newest
-- Lists, the newest first.
select * from suppression_list where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3;

-- name: oldest
-- Lists, the oldest first.
select * from suppression_list where workspace_id = $1 and ($2::uuid is null or id > $2) order by id limit $3;

-- name: blocks
-- The file, in order.
select data from suppression_list_block where list_id = $1 order by number;

-- name: choose_column
-- Which column of a draft is read.
update suppression_list set position = $3 where workspace_id = $1 and id = $2 and state = 'draft' returning id;

-- name: queue
-- A draft is begun, once.
update suppression_list set state = 'queued' where workspace_id = $1 and id = $2 and state = 'draft' returning id;

-- name: undo
-- A list that is through is taken back.
update suppression_list set state = 'undoing' where workspace_id = $1 and id = $2 and state = 'finished'
returning id;

-- name: waiting
-- Lists with work left, of every workspace, the oldest first.
select id from suppression_list where state in ('queued', 'running', 'undoing') order by id;

-- name: lock
-- The right to work on a list, for as long as this connection lives.
select pg_try_advisory_lock(hashtextextended('chappe stop list ' || $1::uuid::text, 0));

-- name: start
-- Work begins or goes on; no row when it has ended meanwhile.
update suppression_list set state = case state when 'queued' then 'running' else state end
where id = $1 and state in ('queued', 'running', 'undoing')
returning *;

-- name: advance
-- Some rows are done. No row: another worker has done them.
update suppression_list set cursor = $3, added = added + $4, held = held + $5, rejected = rejected + $6
where id = $1 and cursor = $2 and state = 'running'
returning id;

-- name: add_rejections
-- Rows that were not taken.
insert into suppression_list_rejection (workspace_id, list_id, row_number, code, value)
select $1, $2, row_number, code, value from unnest($3::bigint[], $4::text[], $5::text[]) as u (row_number, code, value)
on conflict do nothing;

-- name: rejections
-- The first of them.
select row_number, code, value from suppression_list_rejection where workspace_id = $1 and list_id = $2
order by row_number limit $3;

-- name: note_lifted
-- So many of an undone list have ended.
update suppression_list set lifted = lifted + $2 where id = $1;

-- name: finish
-- The end of the work.
update suppression_list set state = $2, error = $3, finished_at = $4,
    rows_total = case when $2 = 'finished' then cursor else rows_total end
where id = $1;

-- name: drop_blocks
-- The file is not kept.
delete from suppression_list_block where list_id = $1;

-- name: drop_drafts
-- Files that were brought and never begun are thrown away.
delete from suppression_list where state = 'draft' and created_at < $1;
