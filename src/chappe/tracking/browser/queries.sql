-- name: settings
-- What a workspace lets pages tell.
select sites, click_code from browser_settings where workspace_id = $1;

-- name: save_settings
-- The same, changed.
insert into browser_settings (workspace_id, sites, click_code) values ($1, $2, $3)
on conflict (workspace_id) do update set sites = excluded.sites, click_code = excluded.click_code;

-- name: keys
-- A workspace's keys, the newest first.
select id, created_at, revoked_at from browser_key where workspace_id = $1 order by id desc;

-- name: add_key
-- One more, while fewer than $4 work; none when there are as many.
insert into browser_key (id, workspace_id, created_at)
select $2, $1, $3
where (select count(*) from browser_key where workspace_id = $1 and revoked_at is null) < $4
returning id;

-- name: revoke_key
-- It works no more; none when it did not.
update browser_key set revoked_at = $3 where workspace_id = $1 and id = $2 and revoked_at is null returning id;

-- name: sites_of_key
-- Whose a working key is, and the sites that may use it. Read before a workspace is known.
select k.workspace_id, coalesce(s.sites, '{}') as sites
from browser_key k left join browser_settings s on s.workspace_id = k.workspace_id
where k.id = $1 and k.revoked_at is null;

-- name: person
-- Whose message this is.
select contact_id from message where workspace_id = $1 and id = $2;
