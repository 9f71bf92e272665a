-- name: links
-- Links and their clicks, the newest first: of id $2, before $3, made for $4; all where these are null. At most $5.
select l.id, l.made_for, l.run_id, l.campaign_id, l.position, l.url, l.label, l.prefix, l.created_at, l.killed_at, l.fault,
    coalesce(c.human, 0) as human, coalesce(c.previews, 0) as previews, coalesce(c.scanners, 0) as scanners,
    coalesce(c.people, 0) as people, b.base as number
from short_link l
left join lateral (
    select sum(n) filter (where kind = 1)::bigint as human, sum(n) filter (where kind = 2)::bigint as previews,
        sum(n) filter (where kind = 3)::bigint as scanners, sum(r.people) filter (where kind = 1)::bigint as people
    from run_click r where r.link_id = l.id
) c on true
left join lateral (
    select base from link_block where link_id = l.id and l.made_for = 'hand' order by base limit 1
) b on true
where l.workspace_id = $1 and ($2::bigint is null or l.id = $2) and ($3::bigint is null or l.id < $3)
    and ($4::text is null or l.made_for = $4)
order by l.id desc limit $5;

-- name: clicked_by
-- Clicks that a person made themselves, before an instant and, at it, before the key $4: the latest first.
select c.id, c.at, l.url, l.campaign_id, l.label from click c join short_link l on l.id = c.link_id
where c.workspace_id = $1 and c.contact_id = $2 and c.kind = 1 and c.at <= $3 and (c.at, c.id) < ($3, $4::bigint)
order by c.at desc, c.id desc limit $5;

-- name: kill
-- Leads nowhere from now on; no row when it is not there.
update short_link set killed_at = coalesce(killed_at, $3) where workspace_id = $1 and id = $2 returning id;

-- name: revive
-- Leads on again; no row when it is not there.
update short_link set killed_at = null where workspace_id = $1 and id = $2 returning id;

-- name: days
-- Clicks on a link by day of the zone $3 since $2: by people, and by programs.
select (at at time zone $3)::date as day, count(*) filter (where kind = 1) as people,
    count(*) filter (where kind <> 1) as programs
from click where workspace_id = $1 and link_id = $4 and at >= $2 group by 1 order by 1;

-- name: kill_of_campaign
-- A campaign's links to an address lead nowhere from now on.
update short_link set killed_at = $4 where workspace_id = $1 and campaign_id = $2 and url = $3 and killed_at is null
returning id;
