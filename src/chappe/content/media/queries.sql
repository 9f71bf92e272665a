-- name: media
-- Of a workspace, the newest first.
select id, code, kind, width, height, bytes, alt, created_at from media
where workspace_id = $1 order by id desc limit $2;

-- name: one
-- One of them.
select id, code, kind, width, height, bytes, alt, created_at from media where workspace_id = $1 and id = $2;

-- name: count
-- How many there are.
select count(*) from media where workspace_id = $1;

-- name: add
-- A new one.
insert into media (id, workspace_id, code, kind, width, height, bytes, alt, data)
values ($2, $1, $3, $4, $5, $6, $7, $8, $9);

-- name: remove
-- Its address leads nowhere from then on. No row while a campaign that is to leave, or is leaving, names it.
delete from media where workspace_id = $1 and id = $2 and not media_leaves($1, code) returning id;

-- name: served
-- Of any workspace: who has the code may see it.
select kind, width, height, data from media where code = $1;
