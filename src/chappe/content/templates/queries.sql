-- name: templates
-- Of a workspace, by folder and name.
select id, name, folder, language, version, body, created_at, updated_at from template
where workspace_id = $1 order by folder, name limit $2;

-- name: template
-- One of them.
select id, name, folder, language, version, body, created_at, updated_at from template
where workspace_id = $1 and id = $2;

-- name: count
-- How many there are.
select count(*) from template where workspace_id = $1;

-- name: taken
-- Whether another template has this place and name.
select exists (
    select from template where workspace_id = $1 and folder = $2 and name = $3 and id is distinct from $4
);

-- name: add
-- A new one with its first version; no row when its name is taken.
with made as (
    insert into template (id, workspace_id, name, folder, language, body) values ($2, $1, $3, $4, $5, $6)
    on conflict do nothing returning id, workspace_id, body
)
insert into template_version (template_id, version, workspace_id, body)
select id, 1, workspace_id, body from made returning template_id;

-- name: change
-- A version more where the text is another; no row when somebody saved since $7 was read.
with changed as (
    update template set
        name = $3, folder = $4, language = $5, body = $6, updated_at = now(),
        version = version + (body <> $6)::int
    where workspace_id = $1 and id = $2 and version = coalesce($7, version)
    returning id, workspace_id, version, body
), kept as (
    insert into template_version (template_id, version, workspace_id, body)
    select id, version, workspace_id, body from changed
    on conflict do nothing
)
select id from changed;

-- name: versions
-- Every text it had, the newest first.
select version, body, created_at from template_version
where workspace_id = $1 and template_id = $2 order by version desc limit 200;

-- name: remove
-- With its versions.
delete from template where workspace_id = $1 and id = $2;
