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
