-- name: idempotency_lock
-- Takes the keys that no other request is using, until this transaction ends.
select k as key, pg_try_advisory_xact_lock(hashtextextended($1::bigint || ' ' || k, 0)) as taken
from unnest($2::text[]) as k;

-- name: idempotency_answers
-- Answers given to these keys in the last 24 hours.
select key, fingerprint, status, response from idempotency
where workspace_id = $1 and key = any($2::text[]) and status is not null
  and created_at > now() - interval '24 hours';

-- name: idempotency_store
-- Keeps the answers; an older use of a key, past its 24 hours, gives way.
insert into idempotency (workspace_id, key, fingerprint, status, response)
select $1, * from unnest($2::text[], $3::bytea[], $4::smallint[], $5::bytea[])
on conflict (workspace_id, key) do update
    set fingerprint = excluded.fingerprint, status = excluded.status, response = excluded.response,
        created_at = now();

-- name: idempotency_sweep
-- Forgets what is past its 24 hours, some rows at a time.
delete from idempotency where ctid in (
    select ctid from idempotency where created_at < now() - interval '24 hours' limit 10000);

-- name: forget_answers
-- Kept answers in which one of these texts stands.
delete from idempotency where workspace_id = $1
    and exists (select from unnest($2::text[]) as u (word) where position(convert_to(u.word, 'UTF8') in response) > 0);
