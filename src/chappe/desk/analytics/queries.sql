-- name: zone
-- Where the workspace's days begin.
select zone from workspace where id = $1;

-- name: sent_by_run
-- What was handed over from $2 to $4, by run; `now`: on or after $3.
select run_id, day >= $3 as now, currency, sum(handed)::bigint as handed, sum(delivered)::bigint as delivered,
    sum(failed)::bigint as failed, sum(parts)::bigint as parts, sum(cost) as cost
from day_sent where workspace_id = $1 and day between $2 and $4
group by run_id, now, currency;

-- name: sent_by_day
-- The same by day.
select day, true as now, currency, sum(handed)::bigint as handed, sum(delivered)::bigint as delivered,
    sum(failed)::bigint as failed, sum(parts)::bigint as parts, sum(cost) as cost
from day_sent where workspace_id = $1 and day between $2 and $3
group by day, currency;

-- name: acts_by_run
-- What people did from $2 to $4, by run; `now`: on or after $3.
select run_id, day >= $3 as now, kind, currency, sum(n)::bigint as n, sum(amount) as amount
from day_act where workspace_id = $1 and day between $2 and $4
group by run_id, now, kind, currency;

-- name: acts_by_day
-- The same by day.
select day, true as now, kind, currency, sum(n)::bigint as n, sum(amount) as amount
from day_act where workspace_id = $1 and day between $2 and $3
group by day, kind, currency;

-- name: people_by_day
-- Who joined and who asked to stop, whatever brought them, by day.
select day, coalesce(sum(n) filter (where kind = 'join'), 0)::bigint as joined,
    coalesce(sum(n) filter (where kind = 'opt_out'), 0)::bigint as left
from day_event where workspace_id = $1 and day between $2 and $3 and kind in ('join', 'opt_out')
group by day;

-- name: people_before
-- Who was on the list when a day ($2) began: as counted at the end of the day before. Where nobody counted then, the
-- first count after it, or else the last one before it, less or more what came and went between the two: what people
-- did says nothing of those who were deleted, nor of those who came back.
with counted as (
    select day, n from (
        (select day, n from day_event where workspace_id = $1 and kind = 'people' and day >= $2::date - 1
         order by day limit 1)
        union all
        (select day, n from day_event where workspace_id = $1 and kind = 'people' and day < $2::date - 1
         order by day desc limit 1)
        union all
        values ('-infinity'::date, 0::bigint)
    ) as k order by day >= $2::date - 1 desc, day desc limit 1
)
select greatest(k.n + coalesce(sum(case when e.day < $2::date then 1 else -1 end
    * case e.kind when 'join' then e.n else -e.n end), 0), 0)::bigint
from counted as k
left join day_event as e on e.workspace_id = $1 and e.kind in ('join', 'opt_out')
    and (e.day > k.day and e.day < $2::date or e.day >= $2::date and e.day <= k.day)
group by k.n;

-- name: first_day
-- When anything was recorded first.
select least((select min(day) from day_sent where workspace_id = $1),
    (select min(day) from day_event where workspace_id = $1 and kind <> 'people'));

-- name: campaigns_of_runs
-- The campaign of each run, what it is about, and the lists and segments that it was sent to.
select r.id, c.id as campaign_id, c.name, c.topic_id, c.audience
from campaign_run r join campaign c on c.id = r.campaign_id
where r.workspace_id = $1 and r.id = any($2::bigint[]);

-- name: acts_frontier
-- The first day (with two to spare for zones) of which clicks or answers are still to be settled; today where none are.
select least($1::timestamptz, (select min(at) from click_unread), (select min(received_at) from inbound where not matched)
    )::date - 2;

-- name: conversions_mark
-- How conversions stand: the last one, and how often something was taken back.
select coalesce((select max(id) from conversion), 0) as last, (select count(*) from conversion_refund) as refunded;

-- name: conversions_since
-- The first day (with one to spare for zones) of the conversions that came after one; null: none did.
select min(at)::date - 1 from conversion where id > $1;

-- name: counted_mark
-- How something stood when it was counted.
select mark from counted where what = $1;

-- name: forget_acts
-- Days that are counted anew, of these kinds; null: all days.
delete from day_act where kind = any($2::text[]) and ($1::date is null or day >= $1);

-- name: count_acts
-- First clicks and answers by day and run from $1 on (null: ever), by the words $2 that ask to stop. The day before is
-- read too: it may be this one elsewhere.
insert into day_act (workspace_id, day, run_id, kind, currency, n, amount)
select e.workspace_id, (e.at at time zone w.zone)::date as day, coalesce(e.run_id, 0), e.kind, '', count(*), 0
from workspace w
cross join lateral (
    select k.workspace_id, k.run_id, 'click' as kind, k.human_at as at from message_click k
    where k.workspace_id = w.id and k.human_at >= coalesce($1::date - 1, '-infinity'::timestamptz)
) as e
where $1::date is null or (e.at at time zone w.zone)::date >= $1
group by 1, 2, 3, 4
union all
select i.workspace_id, (i.received_at at time zone w.zone)::date as day,
    coalesce(case when i.answers < r.base_id + r.total then r.id end, 0),
    case when i.keyword = any($2::text[]) then 'stop' else 'reply' end, '', count(*), 0
from inbound i
join workspace w on w.id = i.workspace_id
left join lateral (
    select id, base_id, total from campaign_run where base_id <= i.answers order by base_id desc limit 1
) as r on true
where i.answers is not null and i.received_at >= coalesce($1::date - 1, '-infinity'::timestamptz)
    and ($1::date is null or (i.received_at at time zone w.zone)::date >= $1)
group by 1, 2, 3, 4;

-- name: count_conversions
-- Conversions owed to messages by day, run and currency from $1 on (null: ever), less what was taken back of them.
insert into day_act (workspace_id, day, run_id, kind, currency, n, amount)
select c.workspace_id, (c.at at time zone w.zone)::date as day, coalesce(c.run_id, 0), 'conversion', c.currency, count(*),
    sum(c.amount - c.refunded)
from workspace w
join conversion c on c.workspace_id = w.id and c.at >= coalesce($1::date - 1, '-infinity'::timestamptz)
where c.message_id is not null and ($1::date is null or (c.at at time zone w.zone)::date >= $1)
group by 1, 2, 3, 5;
