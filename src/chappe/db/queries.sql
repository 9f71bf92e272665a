-- name: instance_insert
-- The row of this installation, at its first start.
insert into instance (instance_id, key_fingerprint) values ($1, $2)
on conflict (one) do nothing;

-- name: instance
-- The installation: key, and whether it is held.
select instance_id, key_fingerprint, created_at, held_at, held_reason from instance;

-- name: instance_hold
-- Hold everything that would leave, until a person releases it.
update instance set held_at = now(), held_reason = $1 where held_at is null;

-- name: instance_release
-- The person's word; no row when nothing was held.
update instance set held_at = null, held_reason = null where held_at is not null
returning instance_id;

-- name: demo_offset
-- How far the demo's clock is moved; null where this is no demo.
select demo_offset from instance;

-- name: demo_offset_set
-- Move (or, with null, give up) the demo's clock. Only where every carrier is the simulator: the guard is
-- in the statement, so that a carrier added meanwhile cannot slip by.
update instance set demo_offset = $1::interval
where $1::interval is null or not exists (select 1 from carrier where not simulated)
returning instance_id;

-- name: history_noted
-- The first day of the past that the demo's engine made.
update instance set history_from = $1;

-- name: kept_take
-- The next changes for the log in the data folder, oldest first, deleted when this transaction commits.
with due as (
    select id from kept_change order by id limit $1 for update skip locked
), taken as (
    delete from kept_change where id in (select id from due)
    returning id, workspace_id, kind, body, at
)
select workspace_id, kind, body, at from taken order by id;

-- name: keep
-- A change that must survive a restore.
insert into kept_change (workspace_id, kind, body) values ($1, $2, $3);

-- name: schema_number
-- The last migration applied.
select coalesce(max(number), 0) from schema_migration;

-- name: has_tables
-- Whether anything was ever put into this database.
select exists (
    select from pg_class
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
);
