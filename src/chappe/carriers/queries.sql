-- name: carrier_add
-- A carrier; its short number is made here. None that is real while the demo's clock is set: its messages
-- would leave at night.
insert into carrier (id, workspace_id, name, kind, settings, secret, simulated)
select $1, $2, $3, $4, $5, $6, $7
where $7 or not exists (select 1 from instance where demo_offset is not null)
on conflict (workspace_id, name) do nothing
returning number;

-- name: link_add
-- The row in which a sender will hold this carrier's link.
insert into link (carrier_number, workspace_id) values ($1, $2);

-- name: carrier_change
-- New settings, name or password (null: as they were); the revision tells the running link. While the demo's
-- clock is set a real carrier can only be switched off.
update carrier set
    name = coalesce($3, name), settings = coalesce($4, settings), secret = coalesce($5, secret),
    simulated = coalesce($6, simulated), enabled = coalesce($7, enabled), revision = revision + 1
where workspace_id = $1 and id = $2
  and (coalesce($6, simulated) or not coalesce($7, enabled)
       or not exists (select 1 from instance where demo_offset is not null))
returning number;

-- name: carrier_named
-- Whether another carrier of the workspace has this name.
select exists (select 1 from carrier where workspace_id = $1 and name = $2 and id <> $3);

-- name: carrier_secret
-- The sealed password of a carrier.
select secret from carrier where workspace_id = $1 and id = $2;

-- name: carrier_drop
-- A carrier that no route names and through which nothing was sent: messages name their carrier for good.
delete from carrier as c
where c.workspace_id = $1 and c.id = $2
  and not exists (select 1 from route_carrier as rc where rc.carrier_id = c.id)
  and not exists (select 1 from link as l where l.carrier_number = c.number and l.submitted > 0)
returning c.number;

-- name: carriers_page
-- Carriers with the state of their links, oldest first.
select c.id, c.number, c.workspace_id, c.name, c.kind, c.settings, c.simulated, c.enabled, c.revision,
       c.created_at, l.detail,
       -- A sender that died could not say so: its lease ends by itself.
       case when c.enabled and l.lease_until > now() then l.state else 'down' end as state,
       l.changed_at, l.heartbeat_at,
       coalesce(l.submitted, 0) as submitted, coalesce(l.answered, 0) as answered,
       coalesce(l.refused, 0) as refused, coalesce(l.throttled, 0) as throttled,
       coalesce(l.receipts, 0) as receipts, coalesce(l.inbound, 0) as inbound
from carrier as c left join link as l on l.carrier_number = c.number
where c.workspace_id = $1 and ($2::uuid is null or c.id > $2) and ($3::uuid is null or c.id = $3)
order by c.id limit $4;

-- name: carrier_ids
-- Which of these carriers the workspace has.
select id from carrier where workspace_id = $1 and id = any($2::uuid[]);

-- name: prices_drop
-- A carrier's prices, before its new ones.
delete from carrier_price where carrier_id = $1;

-- name: prices_add
-- Prices of a part by prefix, each from its day on; null: always.
insert into carrier_price (workspace_id, carrier_id, prefix, price, currency, valid_from)
select $1, $2, prefix, price, currency, coalesce(since, '-infinity')
from unnest($3::text[], $4::numeric[], $5::text[], $6::date[]) as given (prefix, price, currency, since);

-- name: prices_of
-- Prices of these carriers with the day from which each holds, null: always; `holds`: it does so today.
select p.carrier_id, p.prefix, p.price, p.currency, nullif(p.valid_from, '-infinity') as since,
    p.valid_from = max(p.valid_from) filter (where p.valid_from <= (now() at time zone w.zone)::date)
        over (partition by p.carrier_id, p.prefix) as holds
from carrier_price as p join workspace as w on w.id = p.workspace_id
where p.carrier_id = any($1::uuid[]) order by p.carrier_id, p.prefix, p.valid_from;

-- name: prices_all
-- Every price of the workspace that holds on the day of $2 (null: today), under the carrier's short number.
select distinct on (p.carrier_id, p.prefix) c.number, p.prefix, p.price, p.currency,
    nullif(p.valid_from, '-infinity') as since
from carrier_price as p join carrier as c on c.id = p.carrier_id join workspace as w on w.id = p.workspace_id
where p.workspace_id = $1 and p.valid_from <= (coalesce($2::timestamptz, now()) at time zone w.zone)::date
order by p.carrier_id, p.prefix, p.valid_from desc;

-- name: texts_all
-- The settings of every carrier of the workspace, under its short number.
select number, settings from carrier where workspace_id = $1;

-- name: price_changes
-- Noon of each day to come from which a price holds, the first one first.
select distinct (p.valid_from + time '12:00') at time zone w.zone as at
from carrier_price as p join workspace as w on w.id = p.workspace_id
where p.workspace_id = $1 and p.valid_from > (now() at time zone w.zone)::date order by at;

-- name: longest_prefix
-- Digits of the longest prefix of any price, 1 at least.
select greatest(coalesce(max(length(prefix)), 0), 1) from carrier_price where workspace_id = $1;

-- name: route_add
-- A route; none when the name is taken.
insert into route (id, workspace_id, name, is_default) values ($1, $2, $3, $4)
on conflict (workspace_id, name) do nothing
returning id;

-- name: route_default_add
-- The default route, unless there is one.
insert into route (id, workspace_id, name, is_default) values ($1, $2, $3, true)
on conflict do nothing
returning id;

-- name: route_carriers_add
-- A route's carriers, the preferred one first, each with what it takes ($4, $5: JSON lists of words).
insert into route_carrier (workspace_id, route_id, position, carrier_id, prefixes, purposes)
select $1, $2, n, id, array(select jsonb_array_elements_text(prefixes)), array(select jsonb_array_elements_text(purposes))
from unnest($3::uuid[], $4::jsonb[], $5::jsonb[]) with ordinality as t (id, prefixes, purposes, n);

-- name: route_branches_add
-- Branches of a route, those it does not have yet.
insert into route_branch (id, workspace_id, route_id, purpose, prefix)
select id, $1, $2, purpose, prefix from unnest($3::uuid[], $4::text[], $5::text[]) as t (id, purpose, prefix)
on conflict (route_id, purpose, prefix) do nothing;

-- name: route_carriers_drop
-- A route's carriers, before its new ones.
delete from route_carrier where workspace_id = $1 and route_id = $2;

-- name: route_change
-- A route's new name (null: as it was).
update route set name = coalesce($3, name) where workspace_id = $1 and id = $2 returning id;

-- name: route_named
-- Whether another route of the workspace has this name.
select exists (select 1 from route where workspace_id = $1 and name = $2 and id <> $3);

-- name: routes_page
-- Routes with their carriers in order and what each takes, oldest first.
select r.id, r.name, r.is_default, r.created_at,
       array(select rc.carrier_id from route_carrier as rc where rc.route_id = r.id order by rc.position) as carriers,
       (select jsonb_agg(jsonb_build_object('prefixes', rc.prefixes, 'purposes', rc.purposes) order by rc.position)
        from route_carrier as rc where rc.route_id = r.id) as filters
from route as r
where r.workspace_id = $1 and ($2::uuid is null or r.id > $2) and ($3::uuid is null or r.id = $3)
order by r.id limit $4;

-- name: routes_all
-- Every route with its carriers' short numbers in order, and every branch with those that take it, for senders.
select r.id, r.workspace_id, r.is_default,
       array(select c.number from route_carrier as rc join carrier as c on c.id = rc.carrier_id
             where rc.route_id = r.id order by rc.position) as carriers
from route as r
union all
select b.id, b.workspace_id, false,
       array(select c.number from route_carrier as rc join carrier as c on c.id = rc.carrier_id
             where rc.route_id = b.route_id
               and (rc.purposes = '{}' or b.purpose = 'service' or b.purpose = any(rc.purposes))
               and (rc.prefixes = '{}' or exists (select from unnest(rc.prefixes) as p where starts_with(b.prefix, p)))
             order by rc.position)
from route_branch as b
order by 1;

-- name: route_numbers
-- A workspace's routes with their carriers' short numbers in order.
select r.id,
       array(select c.number from route_carrier as rc join carrier as c on c.id = rc.carrier_id
             where rc.route_id = r.id order by rc.position) as carriers
from route as r where r.workspace_id = $1;

-- name: branch_numbers
-- The branches of routes that have filters now, with the enabled carriers that take each, in order.
select b.id, b.route_id, b.purpose, b.prefix,
       array(select c.number from route_carrier as rc join carrier as c on c.id = rc.carrier_id
             where rc.route_id = b.route_id and c.enabled
               and (rc.purposes = '{}' or b.purpose = 'service' or b.purpose = any(rc.purposes))
               and (rc.prefixes = '{}' or exists (select from unnest(rc.prefixes) as p where starts_with(b.prefix, p)))
             order by rc.position) as carriers
from route_branch as b
where b.workspace_id = $1
  and exists (select from route_carrier as rc where rc.route_id = b.route_id
              and (rc.prefixes <> '{}' or rc.purposes <> '{}'));

-- name: links_all
-- Every enabled carrier with its sealed password, for senders.
select id, number, workspace_id, name, kind, revision, simulated, settings, secret
from carrier where enabled order by number;

-- name: links_state
-- State and counters of every link, for metrics.
select c.number, c.name, c.kind, case when l.lease_until > now() then l.state else 'down' end as state,
       l.detail, l.heartbeat_at, l.submitted, l.answered, l.refused, l.throttled,
       l.receipts, l.inbound
from link as l join carrier as c on c.number = l.carrier_number order by c.number;

-- name: sender_add
-- A sender; none when the address is taken.
insert into sender (id, workspace_id, address, kind, route_id) values ($1, $2, $3, $4, $5)
on conflict (workspace_id, address) do nothing
returning id;

-- name: sender_route
-- A sender's new route (null: the default one).
update sender set route_id = $3 where workspace_id = $1 and id = $2 returning id;

-- name: senders_page
-- Senders, oldest first.
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and ($2::uuid is null or s.id > $2)
order by s.id limit $3;

-- name: senders_by_address
-- Senders of these kinds that hold a text, by address, after ($5, $6).
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and ($2::text[] is null or s.kind = any($2))
  and ($3::text is null or position(lower($3) in lower(s.address)) > 0)
  and ($5::text is null or (s.address, s.id) > ($5, $6::uuid))
order by s.address, s.id limit $4;

-- name: senders_by_address_down
-- As senders_by_address, from the end.
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and ($2::text[] is null or s.kind = any($2))
  and ($3::text is null or position(lower($3) in lower(s.address)) > 0)
  and ($5::text is null or (s.address, s.id) < ($5, $6::uuid))
order by s.address desc, s.id desc limit $4;

-- name: senders_by_age
-- As senders_by_address, oldest first: ids grow with time.
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and ($2::text[] is null or s.kind = any($2))
  and ($3::text is null or position(lower($3) in lower(s.address)) > 0)
  and ($5::uuid is null or s.id > $5)
order by s.id limit $4;

-- name: senders_by_age_down
-- As senders_by_address, newest first.
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and ($2::text[] is null or s.kind = any($2))
  and ($3::text is null or position(lower($3) in lower(s.address)) > 0)
  and ($5::uuid is null or s.id < $5)
order by s.id desc limit $4;

-- name: senders_by_id
-- These senders, each with the route it uses.
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and s.id = any($2::uuid[]);

-- name: sender_by_address
-- The sender with this address, with the route it uses.
select s.id, s.workspace_id, s.address, s.kind, s.route_id as own_route_id, s.created_at,
       coalesce(s.route_id, d.id) as route_id
from sender as s
left join route as d on d.workspace_id = s.workspace_id and d.is_default
where s.workspace_id = $1 and s.address = $2;

-- name: changed
-- Tells senders, when this transaction commits.
select pg_notify('chappe_carrier', $1);

-- name: any_real
-- Whether there is a carrier that is no simulator, in any workspace.
select exists (select from carrier where not simulated);

-- name: follow_lab
-- The lab's carriers, wherever it listened before; those that moved.
update carrier set settings = settings || jsonb_build_object('host', $2::text, 'port', $3::integer), revision = revision + 1
where simulated and settings->>'system_id' = $1
    and (settings->>'host' <> $2 or (settings->>'port')::integer <> $3)
returning number;

-- name: link_rates
-- Parts written in slots of $3 seconds since $2, by link: the line beside a link's rate.
select carrier_number, floor(extract(epoch from at) / $3::int)::bigint as slot, sum(parts)::bigint as parts
from link_exchange
where workspace_id = $1 and at >= $2 and operation = 'submit_sm'
group by carrier_number, slot order by carrier_number, slot;

-- name: link_refusals
-- What a link's carrier refused, by status, among the exchanges that are kept.
select status, sum(parts)::bigint as parts, max(at) as last_at
from link_exchange
where workspace_id = $1 and carrier_number = $2 and operation = 'submit_sm_resp' and status <> 0
group by status order by parts desc, status;

-- name: link_receipts
-- The latest receipts of a link, by what they said.
select detail, parts, at from link_exchange
where workspace_id = $1 and carrier_number = $2 and operation in ('receipt', 'deliver_sm')
order by id desc limit $3;

-- name: exchanges_older
-- Exchanges of a link, newest first, before $6; of these ways, of these operations, refused ones alone when $5.
select id, at, way, operation, status, parts, number, detail from link_exchange
where workspace_id = $1 and carrier_number = $2
  and ($3::text[] is null or way = any($3)) and ($4::text[] is null or operation = any($4))
  and (not $5::boolean or coalesce(status, 0) <> 0 or operation in ('no_answer', 'lost'))
  and ($6::bigint is null or id < $6)
order by id desc limit $7;

-- name: exchanges_newer
-- As exchanges_older, oldest first, after $6.
select id, at, way, operation, status, parts, number, detail from link_exchange
where workspace_id = $1 and carrier_number = $2
  and ($3::text[] is null or way = any($3)) and ($4::text[] is null or operation = any($4))
  and (not $5::boolean or coalesce(status, 0) <> 0 or operation in ('no_answer', 'lost'))
  and ($6::bigint is null or id > $6)
order by id limit $7;

-- name: erase_exchanges
-- Some of it.
delete from link_exchange where id in (
    select id from link_exchange where workspace_id = $1 and at < $2 order by id limit $3);
