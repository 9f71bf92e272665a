-- name: campaigns_lately
-- Campaigns of which something was handed over since $1: what became of it and who asked to stop, and the same of all
-- campaigns of the $2 days before it began.
with lately as (
    select s.workspace_id, r.campaign_id, c.name, min(s.day) as first, sum(s.delivered)::bigint as delivered,
        sum(s.failed)::bigint as failed
    from day_sent s
    join campaign_run r on r.id = s.run_id
    join campaign c on c.id = r.campaign_id
    join workspace w on w.id = s.workspace_id and w.test_of is null
    where s.day >= $1 group by s.workspace_id, r.campaign_id, c.name
)
select l.*, coalesce(a.n, 0)::bigint as stops, coalesce(b.delivered, 0)::bigint as delivered_before,
    coalesce(b.failed, 0)::bigint as failed_before, coalesce(e.n, 0)::bigint as stops_before
from lately l
left join lateral (
    select sum(a.n) as n from day_act a join campaign_run r on r.id = a.run_id
    where a.workspace_id = l.workspace_id and a.kind = 'stop' and a.day >= l.first and r.campaign_id = l.campaign_id
) as a on true
left join lateral (
    select sum(s.delivered) as delivered, sum(s.failed) as failed from day_sent s
    where s.workspace_id = l.workspace_id and s.run_id <> 0 and s.day >= l.first - $2::integer and s.day < l.first
) as b on true
left join lateral (
    select sum(a.n) as n from day_act a
    where a.workspace_id = l.workspace_id and a.kind = 'stop' and a.run_id <> 0 and a.day >= l.first - $2::integer
        and a.day < l.first
) as e on true;

-- name: carriers_lately
-- Carriers with what became of their messages since $1, and in the $2 days before.
select s.workspace_id, s.carrier_number, c.name,
    coalesce(sum(s.delivered) filter (where s.day >= $1), 0)::bigint as delivered,
    coalesce(sum(s.failed) filter (where s.day >= $1), 0)::bigint as failed,
    coalesce(sum(s.delivered) filter (where s.day < $1), 0)::bigint as delivered_before,
    coalesce(sum(s.failed) filter (where s.day < $1), 0)::bigint as failed_before
from day_sent s
join carrier c on c.number = s.carrier_number and c.workspace_id = s.workspace_id
join workspace w on w.id = s.workspace_id and w.test_of is null
where s.day >= $1::date - $2::integer
group by s.workspace_id, s.carrier_number, c.name
having count(*) filter (where s.day >= $1) > 0;

-- name: broken_links
-- Links whose destination was found at fault, of messages since $1 or made by hand.
select l.workspace_id, l.id, l.url, l.fault, c.name
from short_link l
join workspace w on w.id = l.workspace_id and w.test_of is null
left join campaign c on c.id = l.campaign_id
where l.fault is not null and l.killed_at is null and (l.made_for = 'hand' or l.created_at >= $1);

-- name: budgets
-- What is spent of each budget in the month that begins on $1.
select b.workspace_id, b.amount, b.currency, coalesce(sum(f.cost), 0) as spent
from budget b
join workspace w on w.id = b.workspace_id and w.test_of is null
left join day_figure f on f.workspace_id = b.workspace_id and f.currency = b.currency and f.day >= $1
    and f.day < $1::date + interval '1 month'
group by b.workspace_id, b.amount, b.currency;

-- name: watching_alone
-- One worker looks at a time.
select pg_try_advisory_xact_lock(hashtextextended('chappe desk alerts', 0));

-- name: open
-- What was found, each opened once: of a campaign, a month and what was over less than a day ago, not again. Those that
-- are new come back.
insert into alert as a (workspace_id, kind, subject, told, opened_at)
select f.workspace_id, f.kind, f.subject, f.told, $5
from unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[]) as f (workspace_id, kind, subject, told)
where not exists (
    select from alert b where b.workspace_id = f.workspace_id and b.kind = f.kind and b.subject = f.subject
        and b.closed_at is not null
        and (b.kind in ('opt_outs', 'delivery', 'budget') or b.closed_at > $5::timestamptz - interval '1 day'))
on conflict (workspace_id, kind, subject) where closed_at is null do update set told = excluded.told
returning id, workspace_id, kind, subject, told, opened_at, closed_at, xmax = 0 as fresh;

-- name: close
-- What was not found again is over.
update alert as a set closed_at = $4 where closed_at is null and not exists (
    select from unnest($1::bigint[], $2::text[], $3::text[]) as f (workspace_id, kind, subject)
    where f.workspace_id = a.workspace_id and f.kind = a.kind and f.subject = a.subject);

-- name: alerts
-- Of a workspace, the newest first; `$3`: only what is so now.
select id, workspace_id, kind, subject, told, opened_at, closed_at from alert
where workspace_id = $1 and (closed_at is null or not $3) order by opened_at desc, id desc limit $2;

-- name: choices
-- What a workspace has said about kinds.
select kind, shown, mailed from alert_choice where workspace_id = $1;

-- name: choose
-- Said anew.
insert into alert_choice (workspace_id, kind, shown, mailed) values ($1, $2, $3, $4)
on conflict (workspace_id, kind) do update set shown = excluded.shown, mailed = excluded.mailed;

-- name: workspace
-- For a mail about it.
select name, language, currency from workspace where id = $1;
