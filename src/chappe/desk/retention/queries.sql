-- name: chosen
-- After how many months a workspace's texts are erased; null or no row: never.
select text_months from retention where workspace_id = $1;

-- name: choose
-- Chosen anew. What was gone through before is not gone through again.
insert into retention as r (workspace_id, text_months) values ($1, $2)
on conflict (workspace_id) do update set text_months = excluded.text_months, updated_at = now();

-- name: with_test_data
-- A workspace and its test data.
select id from workspace where id = $1 or test_of = $1 order by id;

-- name: limited
-- Workspaces whose texts are not kept for ever, test data by the choice of its workspace; from which id on each is
-- to be gone through.
select w.id, r.text_months, coalesce(own.texts_erased_to, 0) as start
from workspace as w
join retention as r on r.workspace_id = coalesce(w.test_of, w.id)
left join retention as own on own.workspace_id = w.id
where r.text_months is not null order by w.id;

-- name: still_chosen
-- The months that hold now, locked: who turns erasing off meanwhile waits for this step alone.
select r.text_months from retention as r join workspace as w on r.workspace_id = coalesce(w.test_of, w.id)
where w.id = $1 for update of r;

-- name: note_erased
-- How far a workspace was gone through.
insert into retention as r (workspace_id, texts_erased_to) values ($1, $2)
on conflict (workspace_id) do update set texts_erased_to = greatest(r.texts_erased_to, excluded.texts_erased_to);
