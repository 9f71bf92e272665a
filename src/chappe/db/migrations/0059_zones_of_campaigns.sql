-- The zone whose clock a campaign's times are read by, from the moment it is sent or scheduled: a workspace that moves to
-- another zone does not move them. Null of drafts: the workspace's.
alter table campaign add column zone text;
update campaign c set zone = w.zone from workspace w where w.id = c.workspace_id and c.state <> 'draft';

-- When the last copy of a series leaves: under another rule, none is made again for that time or before.
alter table campaign_series add column last_at timestamptz;
update campaign_series set last_at = next_at where made > 0;
