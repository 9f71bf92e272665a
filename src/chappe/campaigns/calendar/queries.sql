-- name: between
-- Campaigns that began, or are to begin, from midnight of the day $2 to that after the day $3, in the workspace's zone.
-- A paused one stands where it began; one canceled before that never did.
-- One at each person's own hour stands at that hour, though it began where the day begins first.
select c.id, c.name, c.state, x.at, (x.at at time zone w.zone)::date as day
from campaign c join workspace w on w.id = c.workspace_id
left join campaign_timing t on t.campaign_id = c.id and t.how <> 'moment'
cross join lateral (select case when t.campaign_id is null then c.moment else coalesce(c.send_at, c.started_at) end) as x (at)
where c.workspace_id = $1 and (c.started_at is not null or c.state = 'scheduled')
    and c.moment >= ($2::date - 1)::timestamp at time zone w.zone
    and c.moment < ($3::date + 2)::timestamp at time zone w.zone
    and x.at >= $2::date::timestamp at time zone w.zone
    and x.at < ($3::date + 1)::timestamp at time zone w.zone
order by x.at, c.id;
