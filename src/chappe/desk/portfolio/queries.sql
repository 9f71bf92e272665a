-- name: figures
-- For each workspace: its contacts, counted up to $2; campaigns under way and planned; what campaigns have sent since
-- $3, and how much of it arrived. As the engine role, which sees them all: the caller names the person's own.
select w.id,
       (select count(*) from (select 1 from contact as c where c.workspace_id = w.id limit $2) as counted) as contacts,
       (select count(*) from campaign as g where g.workspace_id = w.id and g.state in ('sending', 'preparing'))
           as sending,
       (select count(*) from campaign as g where g.workspace_id = w.id and g.state = 'scheduled') as scheduled,
       coalesce(sum(n.n) filter (where n.state = any($4::smallint[])), 0)::bigint as sent,
       coalesce(sum(n.n) filter (where n.state = $5), 0)::bigint as delivered
from unnest($1::bigint[]) as w (id)
left join campaign_run as r on r.workspace_id = w.id and r.planned_at >= $3
left join run_count as n on n.run_id = r.id
group by w.id;
