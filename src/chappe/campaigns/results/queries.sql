-- name: arms
-- The runs that test variants: whether anything of them is still to leave, and when the last message left.
select r.id, r.variant, r.base_id, r.total,
    r.planned_at is not null and not exists (select from chunk k where k.run_id = r.id) as left_whole
from campaign_run r
where r.workspace_id = $1 and r.campaign_id = $2 and r.role = 'test' and r.base_id is not null
order by r.variant;

-- name: clicked
-- People of messages lo ≤ id < hi who opened a link themselves, within $4 after their message left.
select count(*)::integer from message_click as c
join message_state as s on s.id = c.message_id and s.id >= $2 and s.id < $3
where c.workspace_id = $1 and c.run_id = $5 and c.human_at <= s.submitted_at + $4::interval;

-- name: replied
-- People of these messages who answered, other than by a word of $5 (STOP), within $4 after their message left.
select count(distinct i.answers)::integer from inbound as i
join message_state as s on s.id = i.answers and s.id >= $2 and s.id < $3
where i.workspace_id = $1 and i.answers >= $2 and i.answers < $3 and not coalesce(i.keyword = any($5::text[]), false)
    and i.received_at <= s.submitted_at + $4::interval;

-- name: opted_out
-- People of these messages who answered by a word of $4.
select count(distinct answers)::integer from inbound
where workspace_id = $1 and answers >= $2 and answers < $3 and keyword = any($4::text[]);

-- name: still_held
-- How many wait for the winner.
select coalesce(sum(cardinality(s.contacts)), 0)::integer from campaign_run r join run_snapshot s on s.run_id = r.id
where r.workspace_id = $1 and r.campaign_id = $2 and r.held;

-- name: currency
-- The currency in which runs sold most often, the workspace's before others; no row where they sold nothing for money.
select r.currency from run_conversion r join workspace w on w.id = r.workspace_id
where r.workspace_id = $1 and r.run_id = any($2::bigint[]) and r.amount > 0
group by r.currency, w.currency order by r.currency = w.currency desc, sum(r.n) desc, r.currency limit 1;

-- name: sold
-- People of messages lo ≤ id < hi who did what the workspace counts, within $4 after their message left: how many, what
-- they brought in the currency $6, and the sum of the squares of that.
select count(*)::integer as people, coalesce(sum(worth), 0)::float8 as worth,
    coalesce(sum(worth * worth), 0)::float8 as squares
from (
    select coalesce(sum(c.amount - c.refunded) filter (where c.currency = $6), 0) as worth
    from conversion as c join message_state as s on s.id = c.message_id and s.id >= $2 and s.id < $3
    where c.workspace_id = $1 and c.run_id = $5 and c.at <= s.submitted_at + $4::interval
    group by c.message_id
) as p;

-- name: written
-- The runs of a campaign that are no longer held, with their ids and how many people they were for.
select id, base_id, total from campaign_run
where workspace_id = $1 and campaign_id = $2 and base_id is not null and total > 0 order by id;

-- name: bought
-- People who did what the workspace counts from $3 to $4, whatever message that is owed to: of those held out, and of the
-- runs $6, whose messages are $7 ≤ id < $8. An answer is left out, and a code whose use was told by itself: who got nothing
-- has neither. An order counts also where it names a code.
with did as (
    select c.contact_id, coalesce(sum(c.amount - c.refunded) filter (where c.currency = $5), 0) as worth
    from conversion as c
    where c.workspace_id = $1 and c.at >= $3 and c.at < $4 and c.contact_id is not null
        and c.by is distinct from 'reply' and (c.by is distinct from 'code' or c.event_id is not null)
    group by c.contact_id
), parted as (
    select d.worth, h.contact_id is not null as held, d.contact_id
    from did as d left join campaign_holdout as h on h.campaign_id = $2 and h.contact_id = d.contact_id
)
select held, count(*)::integer as people, sum(worth)::float8 as worth, sum(worth * worth)::float8 as squares
from parted as p
where held or exists (
    select from contact as k join message as m on m.phone = k.phone and m.id >= $7 and m.id < $8
    where k.id = p.contact_id and m.run_id = any($6::bigint[]))
group by held;

-- name: ruled
-- Tests that a rule looks at, of campaigns that were not canceled; those of more than a month ago are over.
select e.workspace_id, e.campaign_id from experiment e join campaign c on c.id = e.campaign_id
where e.state = 'testing' and (e.decision = 'rule' or e.most_optouts is not null)
    and c.state <> 'canceled' and e.started_at > $1::timestamptz - interval '31 days'
order by e.started_at;

-- name: lock
-- The test, for this transaction alone; no row while another has it.
select true from experiment where campaign_id = $1 and state = 'testing' for update skip locked;
