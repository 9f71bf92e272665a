-- name: timing
-- How a campaign is timed; no row: everybody at its moment.
select how, spread_minutes from campaign_timing where workspace_id = $1 and campaign_id = $2;

-- name: save
-- Of a draft; no row when it is none.
insert into campaign_timing (campaign_id, workspace_id, how, spread_minutes)
select c.id, c.workspace_id, $3, $4 from campaign c where c.workspace_id = $1 and c.id = $2 and c.state = 'draft'
on conflict (campaign_id) do update set how = excluded.how, spread_minutes = excluded.spread_minutes
returning campaign_id;

-- name: copy
-- The same for another campaign.
insert into campaign_timing (campaign_id, workspace_id, how, spread_minutes)
select $3, workspace_id, how, spread_minutes from campaign_timing where workspace_id = $1 and campaign_id = $2;

-- name: of_run
-- What the planner needs of a run's timing; no row where everybody is due at once.
select t.how, t.spread_minutes, coalesce(c.send_at, c.started_at) as moment, c.zone, v.send_hour
from campaign_run r
join campaign c on c.id = r.campaign_id
left join campaign_timing t on t.campaign_id = c.id
left join campaign_variant v on v.campaign_id = c.id and v.letter = r.variant
where r.id = $1 and (t.campaign_id is not null or v.send_hour is not null);

-- name: of_campaign
-- The same of a campaign whose audience is not taken yet.
select t.how, t.spread_minutes, coalesce(c.zone, w.zone) as zone
from workspace w
left join campaign c on c.workspace_id = w.id and c.id = $2
left join campaign_timing t on t.workspace_id = w.id and t.campaign_id = $2
where w.id = $1;

-- name: habits
-- At which hours of the workspace's day its people clicked, since $3.
select extract(hour from human_at at time zone $2::text)::integer as hour, count(*)::integer as n
from message_click where workspace_id = $1 and human_at >= $3 group by 1;

-- name: own_hours
-- At which hours of their own day these contacts clicked or answered, since $3. $4: the zone of those who have none.
select k.id, extract(hour from a.at at time zone coalesce(nullif(split_part(k.zones, ' ', 1), ''), $4::text))::integer as hour,
    count(*)::integer as n
from unnest($2::bigint[]) as x (id) join contact k on k.id = x.id
cross join lateral (
    select c.human_at as at from message_click c where c.contact_id = k.id and c.human_at >= $3
    union all
    select i.received_at from inbound i where i.contact_id = k.id and i.received_at >= $3 and i.answers is not null
) as a
where k.workspace_id = $1 group by 1, 2;
