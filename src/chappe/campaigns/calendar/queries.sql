-- name: between
-- Campaigns that began, or are to begin, from midnight of the day $2 to that after the day $3, in the workspace's zone.
-- A paused one stands where it began; one canceled before that never did.
select c.id, c.name, c.state, c.moment as at,
    (c.moment at time zone w.zone)::date as day
from campaign c join workspace w on w.id = c.workspace_id
where c.workspace_id = $1 and (c.started_at is not null or c.state = 'scheduled')
    and c.moment >= $2::date::timestamp at time zone w.zone
    and c.moment < ($3::date + 1)::timestamp at time zone w.zone
order by at, c.id;
