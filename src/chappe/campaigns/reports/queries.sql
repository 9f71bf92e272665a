-- name: stale_runs
-- Runs of the last $1 days that have changed since they were counted, those longest uncounted first, with how they stand:
-- counts by state, clicks and replies. What leaves is first counted $3 seconds after its start: it would be out of date at
-- once, and the sending has better use for the time. Text, because it is only compared. Segments are kept with the run that took the
-- audience, which the others of its campaign share.
select r.id, r.workspace_id, r.base_id, r.base_id + r.total as hi, w.zone, now.mark, c.audience,
    coalesce(t.segments, '[]') as segments, r.created_at
from campaign_run r join workspace w on w.id = r.workspace_id
join campaign c on c.id = r.campaign_id
left join run_reported as k on k.run_id = r.id
left join lateral (
    select o.segments from campaign_run as o where o.campaign_id = r.campaign_id and o.segments is not null limit 1
) as t on true
cross join lateral (
    select coalesce((select string_agg(c.state || ':' || c.n, ' ' order by c.state, c.reason) from run_count c
            where c.run_id = r.id), '')
        || ' clicks ' || (select count(*) from message_click m where m.run_id = r.id and m.human_at is not null)
        || ' replies ' || (select count(*) from inbound i
            where i.workspace_id = r.workspace_id and i.answers >= r.base_id and i.answers < r.base_id + r.total)
        || ' conversions ' || (select count(*) from conversion v where v.run_id = r.id) as mark
) as now
where r.total > 0 and r.base_id is not null and r.created_at > now() - $1::integer * interval '1 day'
    and (k.run_id is not null or c.finished_at is not null or c.started_at < now() - $3::float * interval '1 second')
    and k.mark is distinct from now.mark
order by k.at nulls first, r.id limit $2;

-- name: forget_breakdown
-- Before a run is counted anew.
delete from run_breakdown where run_id = $1;

-- name: break_down
-- Messages lo ≤ id < hi by country, carrier and hour, in one reading. $5: the workspace's zone; $6: words that ask to stop.
insert into run_breakdown (workspace_id, run_id, kind, key, handed, delivered, failed, clicked, replied, opted_out, parts,
    converted)
select $1, $2, case when grouping(country) = 0 then 'country' when grouping(carrier) = 0 then 'carrier' else 'hour' end,
    coalesce(country, carrier, hour), count(*), count(*) filter (where state = 4),
    count(*) filter (where state in (5, 6, 7, 8)), count(clicked), count(replied), count(opted_out), sum(parts),
    count(converted)
from (
    select s.state, s.parts, coalesce(c.country, '') as country, coalesce(s.carrier_number::text, '') as carrier,
        coalesce(to_char(s.submitted_at at time zone $5, 'HH24'), '') as hour, k.message_id as clicked,
        a.answers as replied, case when a.stops then a.answers end as opted_out, v.message_id as converted
    from message as m
    join message_state as s on s.id = m.id and s.id >= $3 and s.id < $4
    left join contact as c on c.id = m.contact_id and c.workspace_id = $1
    left join message_click as k on k.run_id = $2 and k.message_id = m.id and k.human_at is not null
    left join (
        select answers, coalesce(bool_or(keyword = any($6::text[])), false) as stops from inbound
        where workspace_id = $1 and answers >= $3 and answers < $4 group by answers
    ) as a on a.answers = m.id
    left join (select message_id from conversion where run_id = $2 group by message_id) as v on v.message_id = m.id
    where m.id >= $3 and m.id < $4 and s.state in (3, 4, 5, 8, 11)
) as each
group by grouping sets ((country), (carrier), (hour));

-- name: break_down_source
-- The same of those people who are on a list or in a segment ($5): its rule stands where everybody is meant.
insert into run_breakdown (workspace_id, run_id, kind, key, handed, delivered, failed, clicked, replied, opted_out, parts,
    converted)
select $1, $2, 'audience', $5, count(*), count(*) filter (where s.state = 4),
    count(*) filter (where s.state in (5, 6, 7, 8)), count(k.message_id), count(a.answers),
    count(a.answers) filter (where a.stops), sum(s.parts), count(v.message_id)
from message as m
join message_state as s on s.id = m.id and s.id >= $3 and s.id < $4
join (select c.id, c.phone from contact as c where c.workspace_id = $1) as p on p.id = m.contact_id
left join message_click as k on k.run_id = $2 and k.message_id = m.id and k.human_at is not null
left join (
    select answers, coalesce(bool_or(keyword = any($6::text[])), false) as stops from inbound
    where workspace_id = $1 and answers >= $3 and answers < $4 group by answers
) as a on a.answers = m.id
left join (select message_id from conversion where run_id = $2 group by message_id) as v on v.message_id = m.id
where m.id >= $3 and m.id < $4 and s.state in (3, 4, 5, 8, 11)
having count(*) > 0;

-- name: break_down_delays
-- How soon people clicked and replied: by the first of the bounds $5 (minutes) that it was within; what took longer
-- than the last is in none.
insert into run_breakdown (workspace_id, run_id, kind, key, clicked, replied)
select $1, $2, acts.kind, acts.minutes::text, count(*) filter (where acts.kind = 'click_within'),
    count(*) filter (where acts.kind = 'reply_within')
from (
    select 'click_within' as kind, b.minutes from message_click as k
    join message_state as s on s.id = k.message_id and s.id >= $3 and s.id < $4
    cross join lateral (select min(x) as minutes from unnest($5::integer[]) as x
        where k.human_at <= s.submitted_at + x * interval '1 minute') as b
    where k.run_id = $2 and k.human_at is not null
    union all
    select 'reply_within', b.minutes from (
        select answers, min(received_at) as at from inbound
        where workspace_id = $1 and answers >= $3 and answers < $4 group by answers
    ) as i
    join message_state as s on s.id = i.answers and s.id >= $3 and s.id < $4
    cross join lateral (select min(x) as minutes from unnest($5::integer[]) as x
        where i.at <= s.submitted_at + x * interval '1 minute') as b
) as acts
where acts.minutes is not null group by acts.kind, acts.minutes;

-- name: break_down_acts
-- When people acted, each once: their first click, reply, wish to stop and conversion, by ten minutes. $5: as in break_down.
insert into run_breakdown (workspace_id, run_id, kind, key, clicked, replied, opted_out, converted)
select $1, $2, 'acted_at', (extract(epoch from at)::bigint / 600 * 600)::text, count(*) filter (where act = 'click'),
    count(*) filter (where act = 'reply'), count(*) filter (where act = 'stop'), count(*) filter (where act = 'conversion')
from (
    select 'click' as act, human_at as at from message_click where run_id = $2 and human_at is not null
    union all
    select 'reply', min(received_at) from inbound
    where workspace_id = $1 and answers >= $3 and answers < $4 group by answers
    union all
    select 'stop', min(received_at) from inbound
    where workspace_id = $1 and answers >= $3 and answers < $4 and keyword = any($5::text[]) group by answers
    union all
    select 'conversion', min(at) from conversion where run_id = $2 and message_id is not null group by message_id
) as acts
group by 4;

-- name: note_reported
-- How a run stood when it was counted.
insert into run_reported (run_id, workspace_id, mark, at) values ($1, $2, $3, $4)
on conflict (run_id) do update set mark = excluded.mark, at = excluded.at;

-- name: breakdown
-- Of runs together.
select kind, key, sum(handed)::bigint as handed, sum(delivered)::bigint as delivered, sum(failed)::bigint as failed,
    sum(clicked)::bigint as clicked, sum(replied)::bigint as replied, sum(opted_out)::bigint as opted_out,
    sum(parts)::bigint as parts, sum(converted)::bigint as converted
from run_breakdown where workspace_id = $1 and run_id = any($2::bigint[])
group by kind, key order by kind, handed desc, key;

-- name: reported_at
-- When the oldest of these runs was counted; null when one never was.
select case when count(*) = cardinality($2::bigint[]) then min(at) end
from run_reported where workspace_id = $1 and run_id = any($2::bigint[]);

-- name: clicked_messages
-- How many messages of runs were clicked: by people, and by anything at all.
select count(*) filter (where human_at is not null)::integer as people, count(*)::integer as anything
from message_click where workspace_id = $1 and run_id = any($2::bigint[]);

-- name: converted_messages
-- How many messages of runs a conversion is owed to.
select count(distinct message_id)::integer from conversion where workspace_id = $1 and run_id = any($2::bigint[]);

-- name: converters
-- Messages of runs that a conversion is owed to, with the first time, the newest messages first; those below $3.
select message_id, min(at) as at from conversion
where workspace_id = $1 and run_id = any($2::bigint[]) and message_id is not null
    and (message_id < $3 or $3::bigint is null)
group by message_id order by message_id desc limit $4;

-- name: clicked_links
-- The links of a campaign's messages with their clicks by kind: 1 people, 2 previews, 3 scanners.
select l.url, min(l.position) as position, coalesce(sum(c.n) filter (where c.kind = 1), 0)::bigint as clicks,
    coalesce(sum(c.people) filter (where c.kind = 1), 0)::bigint as people,
    coalesce(sum(c.n) filter (where c.kind <> 1), 0)::bigint as machines, bool_and(l.killed_at is not null) as killed
from short_link as l left join run_click as c on c.link_id = l.id
where l.workspace_id = $1 and l.run_id = any($2::bigint[])
group by l.url order by position, l.url;

-- name: carrier_names
-- Names of carriers by their number.
select number::text as number, name from carrier where workspace_id = $1;

-- name: clickers
-- Messages of runs that a person clicked, with the first time, the newest messages first; those below $3.
select message_id, human_at from message_click
where workspace_id = $1 and run_id = any($2::bigint[]) and human_at is not null
    and (message_id < $3 or $3::bigint is null)
order by message_id desc limit $4;
