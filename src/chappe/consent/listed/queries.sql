-- name: add_numbers
-- The numbers of a list; who is suppressed in this scope already stays as it is.
insert into suppression (workspace_id, phone, scope, reason, source, list_id)
select $1, phone, $4, $5, $6, $3 from unnest($2::bigint[]) as u (phone) order by phone
on conflict (workspace_id, phone, scope) where lifted_at is null do nothing;

-- name: add_hashes
-- The hashes of a list.
insert into suppression (workspace_id, phone_hash, scheme_id, scope, reason, source, list_id)
select $1, hash, $7, $4, $5, $6, $3 from unnest($2::bytea[]) as u (hash) order by hash
on conflict (workspace_id, phone_hash, scope) where phone is null and lifted_at is null do nothing;

-- name: lift_list
-- Some of what a list suppressed, and nobody else since, ends.
update suppression set lifted_at = now(), lifted_by = $3, lift_reason = 'list undone'
where id in (
    select id from suppression where list_id = $2 and lifted_at is null order by id limit $4
) and workspace_id = $1;
