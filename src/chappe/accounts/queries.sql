-- name: workspace_first
-- The workspace that the command line means.
select id from workspace where test_of is null order by id limit 1;

-- name: workspace_add
-- A workspace.
insert into workspace (name) values ($1) returning id;

-- name: first_run_lock
-- Two programs that start on one new database: one of them makes the first workspace.
select pg_advisory_xact_lock(hashtextextended('chappe first run', 0));

-- name: user_add
-- A person.
insert into user_account (id, email, name, password_hash) values ($1, $2, $3, $4);

-- name: membership_add
-- A person's place in a workspace.
insert into membership (workspace_id, user_id, role) values ($1, $2, $3);

-- name: test_workspace
-- The workspace of the test keys.
select id from workspace where test_of = $1;

-- name: test_workspace_add
-- Made with the first test key, alike in all that is set; no row when there is one.
insert into workspace (name, default_country, zone, language, currency, test_of)
select w.name, w.default_country, w.zone, w.language, w.currency, w.id from workspace as w where w.id = $1
on conflict (test_of) do nothing
returning id;

-- name: user_by_email
-- Who logs in, with the workspace they joined first; null when they were removed from all.
select u.id, u.email, u.name, u.language, u.password_hash, m.workspace_id,
    exists (select from second_factor as f where f.user_id = u.id and f.confirmed_at is not null)
        as second_factor
from user_account as u left join membership as m on m.user_id = u.id
where u.email = $1 order by m.workspace_id limit 1;

-- name: password_set
-- A new password hash; no row when the person is unknown.
update user_account set password_hash = $2 where email = $1 returning id;

-- name: password_rehash
-- The same password under stronger parameters, unless it was changed meanwhile.
update user_account set password_hash = $3 where id = $1 and password_hash = $2;

-- name: session_add
-- A session; the token itself is in the cookie alone.
insert into web_session
    (token_hash, workspace_id, user_id, created_at, seen_at, expires_at, address, agent, via)
values ($1, $2, $3, $4, $4, $5, $6, $7, $8);

-- name: session_get
-- Who a cookie belongs to, while it is valid, and where else they may go. Test data belong to who belongs to the
-- workspace itself (account_id).
select s.workspace_id, s.seen_at, s.expires_at, u.id, u.email, u.name, u.language, m.role, m.may_send,
    w.name as workspace_name, w.zone, w.currency, m.workspace_id as account_id, w.test_of is not null as test,
    (select t.id from workspace as t where t.test_of = m.workspace_id) as test_id,
    o.ids as workspace_ids, o.names as workspace_names,
    -- A provider that vouches for the person has rules of its own.
    s.via = 'password' and h.second_factor_required and not exists (
        select from second_factor as f where f.user_id = s.user_id and f.confirmed_at is not null)
        as must_set_up_factor
from web_session as s
join workspace as w on w.id = s.workspace_id
join user_account as u on u.id = s.user_id
join membership as m on m.user_id = s.user_id and m.workspace_id = coalesce(w.test_of, w.id)
join workspace as h on h.id = m.workspace_id
cross join lateral (
    select array_agg(b.id order by lower(b.name), b.id) as ids,
        array_agg(b.name order by lower(b.name), b.id) as names
    from membership as a join workspace as b on b.id = a.workspace_id
    -- Whom the provider of one workspace let in has no business in another.
    where a.user_id = s.user_id and (s.via = 'password' or a.workspace_id = m.workspace_id)) as o
where s.token_hash = $1 and s.expires_at > $2;

-- name: session_touch
-- Seen now: the session lasts longer.
update web_session set seen_at = $2, expires_at = $3 where token_hash = $1 and seen_at < $2;

-- name: session_drop
-- Logged out.
delete from web_session where token_hash = $1;

-- name: sessions_drop_of
-- Every session of a person whose password was changed.
delete from web_session where user_id = $1;

-- name: sessions_sweep
-- Sessions past their end.
delete from web_session where expires_at <= $1;

-- name: login_failures
-- Failures since a moment by subject, and the oldest of each.
select subject, count(*) as n, min(at) as oldest from login_failure
where subject = any($1::text[]) and at > $2 group by subject;

-- name: login_failure_add
-- A failed login, under the account and under the address.
insert into login_failure (subject, at) select subject, $2 from unnest($1::text[]) as subject;

-- name: login_failures_clear
-- The account's failures, and this attempt under its address, once its owner has come in.
delete from login_failure where subject = $1 or (subject = $2 and at = $3);

-- name: login_failures_sweep
-- Failures too old to count.
delete from login_failure where at < $1;

-- name: key_add
-- An API key.
insert into api_key (id, workspace_id, name, prefix, hash, scopes, live, expires_at, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: key_by_hash
-- The key that a request carries. A test key works in its workspace's test data, and nowhere without them.
select k.id, w.id as workspace_id, k.scopes, k.live, k.last_used_at
from api_key as k
join workspace as w on case when k.live then w.id = k.workspace_id else w.test_of = k.workspace_id end
where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2);

-- name: key_used
-- Last use; another process may have said so first.
update api_key set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2);

-- name: keys_of
-- A workspace's keys, the revoked ones too, with who made them.
select k.id, k.name, k.prefix, k.scopes, k.live, k.created_at, k.expires_at, k.last_used_at, k.revoked_at,
    u.name as made_by,
    u.id is not null and not exists (
        select from membership as m where m.workspace_id = k.workspace_id and m.user_id = u.id) as maker_left
from api_key as k left join user_account as u on u.id = k.created_by
where k.workspace_id = $1 order by k.id;

-- name: key_revoke
-- Revoked for good; no row when there is no such key, or it was revoked before.
update api_key set revoked_at = $3 where workspace_id = $1 and id = $2 and revoked_at is null returning id;

-- name: key_exists
-- Whether a workspace has this key.
select exists (select 1 from api_key where workspace_id = $1 and id = $2);

-- name: colleagues
-- The people of a workspace by name: who can be given something.
select u.id, u.name, m.role from membership as m join user_account as u on u.id = m.user_id
where m.workspace_id = $1 order by lower(u.name), u.id;
