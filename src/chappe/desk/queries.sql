-- name: default_country
-- In whose way the workspace writes its numbers.
select default_country from workspace where id = $1;

-- name: counting_alone
-- One worker counts at a time.
select pg_try_advisory_xact_lock(hashtextextended('chappe desk counting', 0));

-- name: zones_mark
-- Changes when days of a workspace begin at other moments than before; not when there is one more.
with other as (
    select 'zone ' || w.id as what, w.zone, c.mark as before
      from workspace as w left join counted as c on c.what = 'zone ' || w.id
     where c.mark is distinct from w.zone
), noted as (
    insert into counted (what, mark) select what, zone from other
    on conflict (what) do update set mark = excluded.mark, at = now()
), moved as (
    insert into counted (what, mark) select 'zones', '1' where exists (select from other where before is not null)
    on conflict (what) do update set mark = counted.mark::bigint + 1, at = now()
    returning mark
)
select coalesce((select mark from moved), (select mark from counted where what = 'zones'), '0');

-- name: days_to_count
-- Days of the ledger from $1 to $2 that were written to since they were counted, by the server's own tally of rows;
-- the latest first. After a crash of the server the tallies begin anew, and the days are counted again.
select d.day, s.mark
  from (select n::date as day from generate_series($1::date, $2::date, interval '1 day') as n) as d
  join pg_class as p on p.oid = to_regclass(message_state_of(d.day))
 cross join lateral (
        select pg_stat_get_tuples_inserted(p.oid) || '+' || pg_stat_get_tuples_updated(p.oid) || ' ' || $3::text as mark
       ) as s
  left join counted as c on c.what = 'ledger ' || d.day
 where pg_relation_size(p.oid) > 0 and c.mark is distinct from s.mark
 order by d.day desc;

-- name: forget_day
-- A day of the ledger is counted anew, for those who have its messages still: what is gone stays counted.
with kept as (
    select workspace_id from retention where messages_gone_to > $2
), sent as (
    delete from day_sent where ledger_day = $1 and workspace_id not in (select workspace_id from kept)
)
delete from day_figure where ledger_day = $1 and workspace_id not in (select workspace_id from kept);

-- name: count_day
-- A day of the ledger ($1, ids from $2 to $3), by day, state and price, and what was handed over also by run and
-- carrier. Messages of one carrier whose numbers begin alike share a price: they are priced together, as far as the
-- longest prefix of any price list.
with counted_together as (
    select s.workspace_id, s.state, s.carrier_number, coalesce(m.run_id, 0) as run_id,
           left(m.phone::text, (select coalesce(max(length(prefix)), 0)::integer from carrier_price)) as head,
           (coalesce(s.submitted_at, s.done_at, m.created_at) at time zone w.zone)::date as day,
           count(*) as n, count(s.submitted_at) as handed, sum(s.parts) as parts
      from message_state s
      join message m on m.id = s.id and m.id >= $2 and m.id < $3
      join workspace w on w.id = s.workspace_id
     where s.id >= $2 and s.id < $3
     group by 1, 2, 3, 4, 5, 6
), priced as (
    select t.*, p.price, p.currency
      from counted_together t
      left join lateral (
            select cp.price, cp.currency
              from carrier c join carrier_price cp on cp.carrier_id = c.id
             where c.number = t.carrier_number and starts_with(t.head, cp.prefix) and cp.valid_from <= t.day
             order by length(cp.prefix) desc, cp.valid_from desc limit 1) p on true
), by_run as (
    insert into day_sent (workspace_id, ledger_day, day, run_id, carrier_number, currency, handed, delivered, failed, parts,
        cost)
    select workspace_id, $1, day, run_id, coalesce(carrier_number, 0), coalesce(currency, ''), sum(handed),
           coalesce(sum(handed) filter (where state = 4), 0),
           coalesce(sum(handed) filter (where state in (5, 6, 7, 8)), 0), sum(parts), coalesce(sum(parts * price), 0)
      from priced where handed > 0
     group by workspace_id, day, run_id, coalesce(carrier_number, 0), coalesce(currency, '')
    on conflict do nothing
)
insert into day_figure (workspace_id, ledger_day, day, state, currency, n, handed, parts, cost)
select workspace_id, $1, day, state, coalesce(currency, ''), sum(n), sum(handed), sum(parts),
       coalesce(sum(parts * price), 0)
  from priced group by workspace_id, day, state, coalesce(currency, '')
on conflict do nothing;

-- name: note_counted
-- How it stood when it was counted.
insert into counted as c (what, mark, at) values ($1, $2, $3)
on conflict (what) do update set mark = excluded.mark, at = excluded.at;

-- name: events_since
-- From when on people's acts are counted again: two days before the last count, or all of them when days begin at
-- other moments ($1).
select case when c.mark = $1 then (select max(day) - 2 from day_event) end as since
  from (select 1) as one left join counted as c on c.what = 'events';

-- name: forget_events
-- Days that are counted anew.
delete from day_event where ($1::date is null or day >= $1) and kind <> 'people';

-- name: count_events
-- Joins, opt-outs and replies by day from $1 on (null: ever). The day before is read too: it may be this one elsewhere.
-- Quarters of an hour are counted first: a day begins at one of them in every zone there is, and to ask each of a
-- million contacts for its day by the clock of its workspace takes four times as long.
insert into day_event (workspace_id, day, kind, n)
select e.workspace_id, (e.at at time zone w.zone)::date as day, e.kind, sum(e.n)
  from (
        select workspace_id, 'join' as kind, date_bin('15 minutes', created_at, 'epoch') as at, count(*) as n from contact
         where created_at >= coalesce($1::date - 1, '-infinity'::timestamptz) group by 1, 3
        union all
        select workspace_id, 'reply', date_bin('15 minutes', received_at, 'epoch'), count(*) from inbound
         where received_at >= coalesce($1::date - 1, '-infinity'::timestamptz) group by 1, 3
        union all
        select workspace_id, 'opt_out', date_bin('15 minutes', created_at, 'epoch'), count(*) from suppression
         where reason = 'stop' and created_at >= coalesce($1::date - 1, '-infinity'::timestamptz) group by 1, 3
       ) as e
  join workspace w on w.id = e.workspace_id
 where $1::date is null or (e.at at time zone w.zone)::date >= $1
 group by 1, 2, 3;

-- name: count_people
-- Who is on the list at $1: active, and under no suppression. Days that are over keep their last count.
insert into day_event (workspace_id, day, kind, n)
select w.id, ($1::timestamptz at time zone w.zone)::date, 'people',
       (select count(*) from contact c where c.workspace_id = w.id and c.state = 1)
       - (select count(distinct c.id) from suppression s
            join contact c on c.workspace_id = w.id and c.phone = s.phone and c.state = 1
           where s.workspace_id = w.id and s.lifted_at is null)
  from workspace w
on conflict (workspace_id, day, kind) do update set n = excluded.n;

-- name: figures
-- Messages by day and state.
select day, state, sum(n)::bigint as n, sum(handed)::bigint as handed, sum(parts)::bigint as parts
  from day_figure where workspace_id = $1 and day between $2 and $3
 group by day, state;

-- name: spend
-- Cost by day and currency, and the parts that no price was known for (currency empty).
select day, currency, sum(cost) as cost, sum(parts)::bigint as parts
  from day_figure where workspace_id = $1 and day between $2 and $3 and parts > 0
 group by day, currency;

-- name: events
-- What people did, by day.
select day, kind, n from day_event where workspace_id = $1 and day between $2 and $3 and kind <> 'people';

-- name: budget
-- The month's budget, if there is one.
select amount, currency from budget where workspace_id = $1;

-- name: set_budget
-- Another budget from now on.
insert into budget (workspace_id, amount, currency) values ($1, $2, $3)
on conflict (workspace_id) do update set amount = excluded.amount, currency = excluded.currency, updated_at = now();

-- name: drop_budget
-- No budget.
delete from budget where workspace_id = $1;

-- name: history_from
-- The first day of the demo's past; null where there is none.
select history_from from instance;

-- name: first_steps
-- How far the first run is: what was said, and what is there whoever made it.
select f.brand_at is not null as brand, f.phone, f.message_id, f.left_at is not null as left,
       exists (select from sender where workspace_id = $1) as sender,
       exists (select from carrier where workspace_id = $1) as carrier,
       exists (select from contact where workspace_id = $1) as contact,
       exists (select from day_figure where workspace_id = $1 and state = 4) as delivered
  from (select 1) as one left join first_run as f on f.workspace_id = $1;

-- name: note_brand
-- The brand was looked at.
insert into first_run (workspace_id, brand_at) values ($1, now())
on conflict (workspace_id) do update set brand_at = now();

-- name: note_phone
-- The number of the first contact.
insert into first_run (workspace_id, phone) values ($1, $2)
on conflict (workspace_id) do update set phone = excluded.phone;

-- name: note_message
-- The first message; a second try takes its place.
insert into first_run (workspace_id, message_id) values ($1, $2)
on conflict (workspace_id) do update set message_id = excluded.message_id;

-- name: forget_first_phone
-- The first contact was erased.
update first_run set phone = null where workspace_id = $1 and phone = any($2::bigint[]);

-- name: leave_first_run
-- Put aside by a person.
insert into first_run (workspace_id, left_at) values ($1, now())
on conflict (workspace_id) do update set left_at = now();

-- name: background_work
-- What the worker does or did lately for a workspace, newest first: imports, actions on many contacts, campaigns being
-- prepared, exports. Each branch reads its newest along an index of its own.
(select 'import' as kind, id, state, filename as title, rows_read as done, rows_total as total, rejected as refused,
        coalesce(error_code, error) as error, created_at, finished_at
   from import where workspace_id = $1 and state <> 'draft' order by id desc limit $2)
union all
(select 'bulk', id, state, kind, done, total, 0, error, created_at, finished_at
   from contact_bulk where workspace_id = $1 order by id desc limit $2)
union all
(select 'campaign', id, 'running', name, 0, null, 0, null, created_at, null
   from campaign where workspace_id = $1 and state = 'preparing' order by id desc limit $2)
union all
(select 'export', id, case state when 'expired' then 'finished' else state end, kind, done, total, 0, error, created_at,
        finished_at
   from export where workspace_id = $1 and kind <> 'person' order by id desc limit $2)
order by created_at desc limit $2;

-- name: campaigns_of_runs
-- The campaigns that runs are of.
select r.id as run_id, c.id, c.name from campaign_run r join campaign c on c.id = r.campaign_id
where c.workspace_id = $1 and r.id = any($2::bigint[]);

-- name: miscounted
-- Of runs (0: single messages), what days add up to and a recount does not confirm: messages handed over with their parts
-- and those delivered; first clicks, answers and conversions. Of workspaces that keep their messages.
with told as (
    select workspace_id, run_id, 'sent' as what, sum(handed) as n, sum(delivered) as of_these, sum(parts) as more
      from day_sent group by 1, 2
    union all
    select workspace_id, run_id, kind, sum(n), 0, sum(amount) from day_act group by 1, 2, 3
), held as (
    select s.workspace_id, coalesce(m.run_id, 0) as run_id, 'sent' as what, count(*) as n,
           count(*) filter (where s.state = 4) as of_these, sum(s.parts) as more
      from message_state s join message m on m.id = s.id where s.submitted_at is not null group by 1, 2
    union all
    select workspace_id, coalesce(run_id, 0), 'click', count(*), 0, 0 from message_click where human_at is not null group by 1, 2
    union all
    select i.workspace_id, coalesce(m.run_id, 0), case when i.keyword = any($1::text[]) then 'stop' else 'reply' end,
           count(*), 0, 0
      from inbound i join message m on m.id = i.answers group by 1, 2, 3
    union all
    select workspace_id, coalesce(run_id, 0), 'conversion', count(*), 0, sum(amount - refunded)
      from conversion where message_id is not null group by 1, 2
)
select workspace_id, run_id, what, told.n as counted, told.of_these as counted_of_these, told.more as counted_more, held.n,
       held.of_these, held.more
  from told full join held using (workspace_id, run_id, what)
 where (told.n, told.of_these, told.more) is distinct from (held.n, held.of_these, held.more)
   and workspace_id not in (select workspace_id from retention where messages_gone_to is not null);
