-- name: settling
-- Whether this transaction alone settles conversions: two could both take one for a person's first.
select pg_try_advisory_xact_lock(hashtextextended('conversions are settled', 0));

-- name: take_events
-- Goal events, taken away: those of before the first click that is not settled yet, so that the click they are owed to is
-- known. `refunds`: it takes back what the goal counted. `currency`: where one is told, else it is the `usual` one.
with first_click as (
    select coalesce(min(at), 'infinity') as at from click_unread
), taken as (
    delete from conversion_unread where id in (
        select u.id from conversion_unread u, first_click f
        where u.event_id is not null and least(u.event_at, now()) < f.at order by u.id limit $1)
    returning workspace_id, event_id, event_at
)
select e.id, e.workspace_id, e.contact_id, e.at, e.value, g.event as goal, e.name is distinct from g.event as refunds,
    g.click_days, g.delivery_hours,
    left(nullif(coalesce(e.properties ->> 'order_id', e.properties ->> 'orderId'), ''), 200) as order_id,
    substring(upper(trim(e.properties ->> 'currency')) from '^[A-Z]{3}$') as currency, w.currency as usual,
    e.properties -> 'discount_codes' as discount_codes, e.properties ->> 'coupon' as coupon
from taken t
join event e on e.id = t.event_id and e.at = t.event_at
join goal g on g.workspace_id = e.workspace_id and e.name in (g.event, g.refund)
join workspace w on w.id = e.workspace_id
order by e.at, e.id;

-- name: touches
-- The message that each event is owed to: of $1 (position), $2 (contact), $3 (when), $4 (days after a click), $5 (hours
-- after a delivery). $6: the lowest message id that can matter, $7: the state of what arrived.
select w.position, coalesce(c.message_id, d.message_id) as message_id, coalesce(c.run_id, d.run_id) as run_id,
    case when c.message_id is not null then 'click' when d.message_id is not null then 'delivery' end as by
from unnest($1::integer[], $2::bigint[], $3::timestamptz[], $4::smallint[], $5::smallint[])
    as w (position, contact_id, at, days, hours)
left join lateral (
    select k.message_id, k.run_id from click k
    where k.contact_id = w.contact_id and k.kind = 1 and k.message_id is not null
        and k.at <= w.at and k.at > w.at - w.days * interval '1 day'
    order by k.at desc limit 1
) as c on true
left join lateral (
    select m.id as message_id, m.run_id from contact p
    join message m on m.phone = p.phone and m.workspace_id = p.workspace_id
    join message_state s on s.id = m.id
    where c.message_id is null and p.id = w.contact_id and m.id >= $6 and m.run_id is not null
        and s.state = $7 and s.done_at <= w.at and s.done_at > w.at - w.hours * interval '1 hour'
    order by s.done_at desc limit 1
) as d on true;

-- name: add
-- Conversions, each once; those of an order that is known already are left out. Refunds that came before count at once.
with given as (
    select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::numeric[],
        $8::text[], $9::text[], $10::timestamptz[], $11::bigint[], $12::bigint[])
        as g (workspace_id, run_id, message_id, contact_id, goal, by, amount, currency, order_id, at, event_id, inbound_id)
), added as (
    insert into conversion (workspace_id, run_id, message_id, contact_id, goal, by, amount, currency, refunded, order_id, at,
        event_id, inbound_id)
    select g.workspace_id, g.run_id, g.message_id, g.contact_id, g.goal, g.by, g.amount, g.currency,
        -- least() leaves nulls out: the sum of nothing must be nothing before.
        least(g.amount, coalesce((select sum(coalesce(r.amount, g.amount)) from conversion_refund r
            where r.workspace_id = g.workspace_id and r.goal = g.goal and r.order_id = g.order_id
                and coalesce(r.currency, g.currency) = g.currency), 0)),
        g.order_id, g.at, g.event_id, g.inbound_id
    from given g
    on conflict do nothing
    returning *
), people as (
    select distinct a.run_id, a.goal, a.currency, a.contact_id from added a
    where not exists (select from conversion c where c.run_id = a.run_id and c.goal = a.goal and c.currency = a.currency
        and c.contact_id = a.contact_id)
), sums as (
    select min(workspace_id) as workspace_id, run_id, goal, currency, count(*) as n, sum(amount) as amount,
        sum(refunded) as refunded
    from added where run_id is not null group by run_id, goal, currency
), counted as (
    insert into run_conversion as r (workspace_id, run_id, goal, currency, n, people, amount, refunded)
    select s.workspace_id, s.run_id, s.goal, s.currency, s.n,
        (select count(*) from people p where p.run_id = s.run_id and p.goal = s.goal and p.currency = s.currency),
        s.amount, s.refunded
    from sums s
    on conflict (run_id, goal, currency) do update set n = r.n + excluded.n, people = r.people + excluded.people,
        amount = r.amount + excluded.amount, refunded = r.refunded + excluded.refunded
)
select count(*)::integer from added;

-- name: add_refunds
-- What is taken back; the same event again is the same. Orders that are known are less worth at once. How many of them
-- are in another currency, and stay as they are.
with given as (
    select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::numeric[])
        as g (event_id, workspace_id, goal, order_id, currency, at, amount)
), added as (
    insert into conversion_refund (event_id, workspace_id, goal, order_id, currency, amount, at)
    select event_id, workspace_id, goal, order_id, currency, amount, at from given on conflict do nothing
    returning workspace_id, goal, order_id, currency, amount
), orders as (
    select c.id, c.run_id, c.goal, c.currency, c.refunded as before, least(c.amount, c.refunded + coalesce((
        select sum(coalesce(a.amount, c.amount)) from added a where a.workspace_id = c.workspace_id and a.goal = c.goal
            and a.order_id = c.order_id and coalesce(a.currency, c.currency) = c.currency), 0)) as after
    from conversion c where exists (select from added a
        where a.workspace_id = c.workspace_id and a.goal = c.goal and a.order_id = c.order_id)
), changed as (
    update conversion c set refunded = o.after from orders o where c.id = o.id and o.after <> o.before
), counted as (
    update run_conversion r set refunded = r.refunded + o.more
    from (select run_id, goal, currency, sum(after - before) as more from orders where run_id is not null
          group by run_id, goal, currency) as o
    where r.run_id = o.run_id and r.goal = o.goal and r.currency = o.currency
)
select count(*)::integer from added a join conversion c
    on c.workspace_id = a.workspace_id and c.goal = a.goal and c.order_id = a.order_id and c.currency <> a.currency;

-- name: take_answers
-- Texts that answer a campaign which has a word, taken away with all others.
with taken as (
    delete from conversion_unread where id in (
        select id from conversion_unread where inbound_id is not null order by id limit $1)
    returning inbound_id
)
select i.id, i.workspace_id, i.contact_id, i.answers as message_id, m.run_id, i.received_at as at, i.body, g.reply_word
from taken t
join inbound i on i.id = t.inbound_id
join message m on m.id = i.answers
join run_goal g on g.run_id = m.run_id
order by i.id;

-- name: keep_word
-- The word that is a conversion of a run.
insert into run_goal (run_id, workspace_id, reply_word) values ($1, $2, $3);

-- name: goals
-- What counts in a workspace.
select event, refund, click_days, delivery_hours from goal where workspace_id = $1 order by created_at, event;

-- name: save_goal
-- A goal, or another way of counting it.
insert into goal (workspace_id, event, refund, click_days, delivery_hours) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, event) do update set refund = excluded.refund, click_days = excluded.click_days,
    delivery_hours = excluded.delivery_hours;

-- name: remove_goal
-- What counted stays counted.
delete from goal where workspace_id = $1 and event = $2 returning event;

-- name: sold
-- What runs sold, by goal and currency.
select run_id, goal, currency, n, people, amount, refunded from run_conversion
where workspace_id = $1 and run_id = any($2::bigint[]) order by run_id, goal, currency;

-- name: of_contact
-- A person's conversions, the newest first.
select id, goal, by, amount, currency, refunded, at, run_id, message_id, contact_id from conversion
where workspace_id = $1 and contact_id = $2 order by at desc limit $3;

-- name: recount
-- What the counts of runs should be, told from the conversions alone; only where they are otherwise.
with told as (
    select run_id, goal, currency, count(*) as n, count(distinct contact_id) as people, sum(amount) as amount,
        sum(refunded) as refunded
    from conversion where run_id is not null group by run_id, goal, currency
)
select coalesce(t.run_id, r.run_id) as run_id, coalesce(t.goal, r.goal) as goal, t.n, r.n as counted, t.amount,
    r.amount as counted_amount, t.refunded, r.refunded as counted_refunded
from told t full join run_conversion r on r.run_id = t.run_id and r.goal = t.goal and r.currency = t.currency
where (t.n, t.amount, t.refunded) is distinct from (r.n, r.amount, r.refunded);
