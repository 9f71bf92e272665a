-- name: series
-- How a campaign comes again.
select every, step, until, state, made, next_at, error from campaign_series where workspace_id = $1 and campaign_id = $2;

-- name: save
-- Another rule; it counts from the first campaign on. The same one again changes nothing.
insert into campaign_series (campaign_id, workspace_id, every, step, until) values ($2, $1, $3, $4, $5)
on conflict (campaign_id) do update set every = excluded.every, step = excluded.step, until = excluded.until, made = 0,
    next_at = null, state = 'active', error = null
where campaign_series.state <> 'active'
    or (campaign_series.every, campaign_series.step, campaign_series.until)
        is distinct from (excluded.every, excluded.step, excluded.until);

-- name: stop
-- No copy is made any more; those that are scheduled stay.
update campaign_series set state = 'stopped', next_at = null where workspace_id = $1 and campaign_id = $2 and state = 'active'
returning campaign_id;

-- name: remove
-- Of a draft that does not come again after all.
delete from campaign_series s using campaign c
where s.workspace_id = $1 and s.campaign_id = $2 and c.id = s.campaign_id and c.state = 'draft';

-- name: due
-- Series whose next copy is to be made, before $1, or whose first campaign was sent; each is held by one worker alone.
select s.campaign_id, s.workspace_id, s.every, s.step, s.until, s.made, s.next_at, s.last_at, c.zone,
    coalesce(c.send_at, c.started_at) as first_at
from campaign_series s join campaign c on c.id = s.campaign_id
where s.state = 'active' and c.state not in ('draft', 'canceled') and coalesce(c.send_at, c.started_at) is not null
    and (s.next_at is null or s.next_at <= $1)
order by s.next_at nulls first limit 1
for update of s skip locked;

-- name: coming
-- Series of a workspace that go on, with the campaign they repeat.
select s.campaign_id, c.name, s.every, s.step, s.until, s.made, s.last_at, c.zone, coalesce(c.send_at, c.started_at) as first_at
from campaign_series s join campaign c on c.id = s.campaign_id
where s.workspace_id = $1 and s.state = 'active' and c.state not in ('draft', 'canceled')
    and coalesce(c.send_at, c.started_at) is not null;

-- name: keep_zone
-- A copy's times are read by the clock of the first campaign.
update campaign set zone = $2 where id = $1;

-- name: advance
-- So many times are over; null: none comes any more. $5: when the copy leaves that was made, if one was.
update campaign_series set made = $2, next_at = $3::timestamptz, error = $4, last_at = coalesce($5, last_at),
    state = case when $3::timestamptz is null then 'ended' else 'active' end
where campaign_id = $1;

-- name: canceled
-- A series whose campaign was canceled makes no copies.
update campaign_series s set state = 'stopped', next_at = null from campaign c
where c.id = s.campaign_id and s.state = 'active' and c.state = 'canceled';
