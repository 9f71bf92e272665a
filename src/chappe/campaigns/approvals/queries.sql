-- name: required
-- Whether campaigns of the workspace need a second person.
select exists (select from approval_rule where workspace_id = $1);

-- name: require
-- From now on they do.
insert into approval_rule (workspace_id) values ($1) on conflict do nothing;

-- name: release
-- From now on they do not.
delete from approval_rule where workspace_id = $1;

-- name: approval
-- What was asked about a campaign last, and answered.
select mark, state, asked_by, asked_at, answered_by, answered_at, words from campaign_approval
where workspace_id = $1 and campaign_id = $2;

-- name: ask
-- About a draft as it is; whatever was answered before is over. No row when it is no draft.
insert into campaign_approval (campaign_id, workspace_id, mark, segments, asked_by, asked_at)
select c.id, c.workspace_id, $3, $4, $5, $6 from campaign c where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
on conflict (campaign_id) do update set mark = excluded.mark, segments = excluded.segments, state = 'asked', asked_by = excluded.asked_by,
    asked_at = excluded.asked_at, answered_by = null, answered_at = null, words = ''
returning campaign_id;

-- name: approved_segments
-- How the segments of a campaign read when it was approved, where that is asked for.
select segments from campaign_approval
where workspace_id = $1 and campaign_id = $2 and state = 'approved' and segments <> ''
    and exists (select from approval_rule where workspace_id = $1);

-- name: answer
-- Once, about the campaign that was asked about, by another person; no row otherwise.
update campaign_approval set state = $4, answered_by = $5, answered_at = $6, words = $7
where workspace_id = $1 and campaign_id = $2 and mark = $3 and state = 'asked' and asked_by <> $5 returning campaign_id;
