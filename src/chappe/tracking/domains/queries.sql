-- name: domains
-- A workspace's link domains.
select id, host, state, chosen, created_at, checked_at, verified_at, error from link_domain
where workspace_id = $1 order by host;

-- name: add
-- A host to be tried; none when the workspace has it already.
insert into link_domain (id, workspace_id, host) values ($1, $2, $3)
on conflict (workspace_id, host) do nothing
returning id, host, state, chosen, created_at, checked_at, verified_at, error;

-- name: found
-- It leads here. The first that is ready is chosen.
update link_domain d set state = 'ready', checked_at = $3, verified_at = coalesce(verified_at, $3), error = null,
    chosen = chosen or not exists (select from link_domain o where o.workspace_id = $1 and o.chosen)
where workspace_id = $1 and id = $2;

-- name: missed
-- It was not seen to lead here. What led here once stays: a moment's fault must not stop links.
update link_domain set checked_at = $3, error = $4 where workspace_id = $1 and id = $2;

-- name: unchoose
-- None is chosen: links stand on the main host.
update link_domain set chosen = false where workspace_id = $1 and chosen;

-- name: choose
-- The one for new links; no row when it does not lead here.
update link_domain set chosen = true where workspace_id = $1 and id = $2 and state = 'ready' returning id;

-- name: kill
-- Its links lead nowhere.
update link_domain set state = 'killed', chosen = false where workspace_id = $1 and id = $2 and state <> 'killed'
returning id;

-- name: remove
-- One that never led here: no link stands on it.
delete from link_domain where workspace_id = $1 and id = $2 and verified_at is null returning id;
