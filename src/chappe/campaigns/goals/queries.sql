-- name: word
-- The word of a campaign; no row: it has none.
select reply_word from campaign_goal where workspace_id = $1 and campaign_id = $2;

-- name: save
-- Of a draft; no row when it is none.
insert into campaign_goal (campaign_id, workspace_id, reply_word)
select c.id, c.workspace_id, $3 from campaign c where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
on conflict (campaign_id) do update set reply_word = excluded.reply_word
returning campaign_id;

-- name: remove
-- Of a draft.
delete from campaign_goal g using campaign c
where g.workspace_id = $1 and g.campaign_id = $2 and c.id = g.campaign_id and c.state = 'draft';

-- name: copy
-- The same for another campaign.
insert into campaign_goal (campaign_id, workspace_id, reply_word)
select $3, workspace_id, reply_word from campaign_goal where workspace_id = $1 and campaign_id = $2;
