-- name: offer
-- A new link for the owner of a fresh installation; the one before is good no more.
insert into setup_link (user_id, workspace_id, token_hash) values ($1, $2, $3)
on conflict (user_id) do update set token_hash = excluded.token_hash, created_at = now();

-- name: offer_again
-- The same, at a later start; no row when the account was claimed.
update setup_link set token_hash = $1, created_at = now() returning user_id;

-- name: offered
-- Whether a link is good.
select exists (select from setup_link where token_hash = $1);

-- name: take
-- Use a link up; no row when another was faster, or it was never good.
delete from setup_link where token_hash = $1 returning user_id, workspace_id;

-- name: become
-- The account is this person's.
update user_account set email = $2, name = $3, password_hash = $4, language = $5 where id = $1;

