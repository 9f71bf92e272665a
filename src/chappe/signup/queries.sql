-- name: add_import
-- An import that waits for a worker, or for the next step of its page. Without a country of its own it takes the
-- workspace's.
insert into import (id, workspace_id, list_id, state, filename, mapping, default_country, consent, begun_by)
select $2, w.id, $3, $8, $4, $5, coalesce($6, w.default_country), $7, $9
from workspace as w where w.id = $1
returning *;

-- name: add_block
-- A block of the uploaded file.
insert into import_block (workspace_id, import_id, number, data) values ($1, $2, $3, $4);

-- name: note_lines
-- How many lines the file has, to show progress against.
update import set rows_total = $3 where workspace_id = $1 and id = $2;

-- name: blocks
-- The numbers of a file's blocks, in order.
select number from import_block where import_id = $1 order by number;

-- name: block
-- One block.
select data from import_block where import_id = $1 and number = $2;

-- name: one
-- An import.
select * from import where workspace_id = $1 and id = $2;

-- name: page
-- Imports, the newest first, with those that a page has not begun yet or without.
select * from import
where workspace_id = $1 and ($2::uuid is null or id < $2) and ($4::boolean or state <> 'draft')
order by id desc limit $3;

-- name: page_oldest
-- Imports, the oldest first.
select * from import where workspace_id = $1 and ($2::uuid is null or id > $2) order by id limit $3;

-- name: home_country
-- Where numbers without a country code are at home.
select default_country from workspace where id = $1;

-- name: settle
-- What a step of the page settled; no row when the import was begun or thrown away.
update import set default_country = $3, mapping = $4, consent = $5
where workspace_id = $1 and id = $2 and state = 'draft'
returning id;

-- name: queue
-- A draft is begun, once.
update import set state = 'queued', begun_by = $3
where workspace_id = $1 and id = $2 and state = 'draft' returning id;

-- name: discard
-- A draft and its file are thrown away.
delete from import where workspace_id = $1 and id = $2 and state = 'draft' returning id;

-- name: drop_stale_drafts
-- Files that were uploaded and never begun are not kept.
delete from import where state = 'draft' and created_at < $1;

-- name: block_sizes
-- How large a file is, by its blocks, in order.
select number, octet_length(data) as size from import_block
where workspace_id = $1 and import_id = $2 order by number;

-- name: filling
-- Imports into one of these lists that are not at their end, the oldest first.
select * from import
where workspace_id = $1 and list_id = any($2::uuid[]) and state in ('queued', 'running')
order by id;

-- name: waiting
-- Imports of every workspace that have work left, the oldest first.
select id from import where state in ('queued', 'running') order by id;

-- name: try_lock
-- The right to work on an import, held by this connection until it closes: a killed worker frees it at once.
select pg_try_advisory_lock(hashtextextended('chappe import ' || $1::uuid::text, 0));

-- name: start
-- Work on an import begins or goes on; no row when it has ended meanwhile.
update import set state = 'running', started_at = coalesce(started_at, $2)
where id = $1 and state in ('queued', 'running')
returning *;

-- name: note_columns
-- What was understood of the header.
update import set mapping = $2 where id = $1;

-- name: advance
-- The batch from one cursor to the next is merged. No row: another worker has done it.
update import set
    cursor = $3,
    rows_read = rows_read + $4,
    created = created + $5,
    updated = updated + $6,
    unchanged = unchanged + $7,
    duplicates = duplicates + $8,
    rejected = rejected + $9,
    suppressed = suppressed + $10
where id = $1 and cursor = $2 and state = 'running'
returning id;

-- name: finish
-- The end of an import, good or bad.
update import set
    state = $2, error = $3, error_code = $5, finished_at = $4,
    rows_total = case when $2 = 'finished' then rows_read else rows_total end
where id = $1 and state = 'running';

-- name: drop_blocks
-- The file is not kept once it is read.
delete from import_block where import_id = $1;

-- name: rejections
-- Rejected rows behind a row number.
select row_number, reason, raw, code, field, value from import_rejection
where workspace_id = $1 and import_id = $2 and row_number > $3
order by row_number limit $4;

-- name: notify
-- Tell who watches, and wake a worker when one is waited for.
select pg_notify('chappe_import', $1);

-- name: forget_rejections
-- Rejected rows in which these digits stand, whatever stands between them.
delete from import_rejection
where workspace_id = $1 and regexp_replace(raw || ' ' || coalesce(value, ''), '[^0-9]', '', 'g') like any ($2::text[]);

-- name: forget_list_rejections
-- As forget_rejections, of lists of suppressions.
delete from suppression_list_rejection
where workspace_id = $1 and regexp_replace(value, '[^0-9]', '', 'g') like any ($2::text[]);
