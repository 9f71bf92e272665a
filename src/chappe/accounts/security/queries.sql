-- name: person
-- Who changes something of their own.
select id, email, name, language, password_hash from user_account where id = $1;

-- name: person_by_email
-- Who asked for a new password.
select id, email, name, language, password_hash from user_account where email = $1;

-- name: profile_set
-- Name and language.
update user_account set name = $2, language = $3 where id = $1;

-- name: password_change
-- A new password, unless it was changed meanwhile.
update user_account set password_hash = $3 where id = $1 and password_hash = $2 returning id;

-- name: email_change
-- Another address to log in with, unless somebody has it.
update user_account set email = $2
where id = $1 and not exists (select from user_account where email = $2 and id <> $1) returning id;

-- name: pending_add
-- The password was right; a code is asked for.
insert into pending_login (token_hash, workspace_id, user_id, expires_at) values ($1, $2, $3, $4);

-- name: pending_try
-- One more try at the code, while there are any.
update pending_login set tries = tries + 1
where token_hash = $1 and expires_at > $2 and tries < $3
returning user_id, workspace_id;

-- name: pending_known
-- Whether a code is asked for.
select exists (select from pending_login where token_hash = $1 and expires_at > $2 and tries < $3);

-- name: pending_drop
-- Come in, or given up.
delete from pending_login where token_hash = $1;

-- name: pending_sweep
-- Those who left between password and code, links nobody used, ways to a provider nobody came back from.
with logins as (delete from pending_login where expires_at <= $1),
    attempts as (delete from sign_on_attempt where expires_at <= $1)
delete from password_reset where expires_at <= $1;

-- name: factor_begin
-- A secret that is not confirmed yet; a confirmed one stays.
insert into second_factor (user_id, secret) values ($1, $2)
on conflict (user_id) do update set secret = $2, created_at = now()
where second_factor.confirmed_at is null;

-- name: factor_unconfirmed
-- The secret that waits for its first code.
select secret from second_factor where user_id = $1 and confirmed_at is null;

-- name: factor_confirm
-- The first code was right: from now on it is asked for.
update second_factor set confirmed_at = $2, last_step = $3
where user_id = $1 and confirmed_at is null returning user_id;

-- name: factor_secret
-- The secret that codes are checked against.
select secret from second_factor where user_id = $1 and confirmed_at is not null;

-- name: factor_use
-- A code of this time step or of a later one has not been used before: now it has.
update second_factor set last_step = $2
where user_id = $1 and confirmed_at is not null and last_step < $2 returning user_id;

-- name: factor_drop
-- No second factor any more.
delete from second_factor where user_id = $1;

-- name: factor_state
-- What a person has, and whether one of their workspaces insists on it.
select f.confirmed_at as since,
    (select count(*) from recovery_code as r where r.user_id = u.id and r.used_at is null) as codes_left,
    exists (select from membership as m join workspace as w on w.id = m.workspace_id
        where m.user_id = u.id and w.second_factor_required) as required
from user_account as u
left join second_factor as f on f.user_id = u.id and f.confirmed_at is not null
where u.id = $1;

-- name: recovery_drop
-- The old codes.
delete from recovery_code where user_id = $1;

-- name: recovery_add
-- New codes.
insert into recovery_code (user_id, hash) select $1, hash from unnest($2::bytea[]) as hash;

-- name: recovery_use
-- A code that was not used before: now it has been.
update recovery_code set used_at = $3 where user_id = $1 and hash = $2 and used_at is null returning user_id;

-- name: recovery_known
-- Which of these are a person's codes.
select count(*) from recovery_code where user_id = $1 and hash = any($2::bytea[]);

-- name: sessions_of
-- A person's sessions, the last seen first.
select s.id, w.name as workspace_name, s.address, s.agent, s.via, s.created_at, s.seen_at,
    s.token_hash = $2 as current
from web_session as s join workspace as w on w.id = s.workspace_id
where s.user_id = $1 and s.expires_at > $3
order by s.seen_at desc, s.id;

-- name: session_end
-- One of a person's sessions, by its name; how the person came in there does not matter.
delete from web_session where user_id = $1 and id = $2 returning id;

-- name: sessions_end_others
-- All of a person's sessions but this one.
delete from web_session where user_id = $1 and token_hash <> $2;

-- name: session_renew
-- The same session under another token: what the old one may have leaked to is worth nothing.
update web_session set token_hash = $2 where token_hash = $1 returning id;

-- name: reset_ask
-- Somebody asks for a new password; who it is, the worker finds out.
insert into reset_request (id, email, language) values ($1, $2, $3);

-- name: reset_take
-- The next one who asked.
delete from reset_request where id = (
    select id from reset_request order by id limit 1 for update skip locked
) returning email, language;

-- name: reset_add
-- A link.
insert into password_reset (token_hash, user_id, expires_at) values ($1, $2, $3);

-- name: reset_drop_of
-- Older links of a person open nothing any more.
delete from password_reset where user_id = $1;

-- name: reset_person
-- Who a link is for, while it is good.
select u.id, u.email, u.name, u.language, u.password_hash
from password_reset as r join user_account as u on u.id = r.user_id
where r.token_hash = $1 and r.expires_at > $2;

-- name: reset_use
-- Used: it opens nothing any more.
delete from password_reset where token_hash = $1 and expires_at > $2 returning user_id;

-- name: sessions_end_all
-- Every session of a person.
delete from web_session where user_id = $1;

-- name: homes
-- The workspaces of a person, the one joined first before the others.
select workspace_id from membership where user_id = $1 order by workspace_id;

-- name: sign_on_any
-- Whether any workspace has a provider.
select exists (select from single_sign_on);

-- name: sign_on_get
-- A workspace's provider, with its domains.
select s.workspace_id, s.name, s.issuer, s.client_id, s.client_secret,
    array(select d.domain from single_sign_on_domain as d where d.workspace_id = s.workspace_id order by 1)
        as domains
from single_sign_on as s where s.workspace_id = $1;

-- name: sign_on_of_domain
-- Which workspace's provider knows the people of a domain.
select workspace_id from single_sign_on_domain where domain = $1;

-- name: sign_on_set
-- A workspace's provider; null keeps the secret.
insert into single_sign_on (workspace_id, name, issuer, client_id, client_secret)
values ($1, $2, $3, $4, $5)
on conflict (workspace_id) do update set name = $2, issuer = $3, client_id = $4,
    client_secret = coalesce($5, single_sign_on.client_secret);

-- name: sign_on_domains_drop
-- Before the new ones.
delete from single_sign_on_domain where workspace_id = $1;

-- name: sign_on_domains_add
-- The domains that no other workspace has; which were added.
insert into single_sign_on_domain (domain, workspace_id) select domain, $1 from unnest($2::text[]) as domain
on conflict do nothing returning domain;

-- name: sign_on_drop
-- No provider any more.
delete from single_sign_on where workspace_id = $1 returning workspace_id;

-- name: attempt_add
-- On the way to the provider.
insert into sign_on_attempt (state_hash, workspace_id, browser_hash, verifier, nonce, wanted, expires_at)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: attempt_take
-- Back from the provider, in the same browser, once.
delete from sign_on_attempt where state_hash = $1 and browser_hash = $2 and expires_at > $3
returning workspace_id, verifier, nonce, wanted;

-- name: member_by_email
-- Who is let in: a member of the very workspace whose provider vouches for the address.
select u.id, u.email, u.name, u.language from user_account as u
join membership as m on m.user_id = u.id and m.workspace_id = $1 where u.email = $2;

-- name: safety_get
-- What a workspace requires, and how many of its members have it.
select w.second_factor_required as required, w.name,
    (select count(*) from membership as m where m.workspace_id = w.id) as members,
    (select count(*) from membership as m join second_factor as f on f.user_id = m.user_id
        where m.workspace_id = w.id and f.confirmed_at is not null) as protected
from workspace as w where w.id = $1;

-- name: safety_set
-- Codes at login, required or not; no row when that is so already.
update workspace set second_factor_required = $2
where id = $1 and second_factor_required <> $2 returning id;
