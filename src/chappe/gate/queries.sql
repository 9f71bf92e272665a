-- name: groups_of_contacts
-- Facts on these contacts, each with the number it had when the audience was taken; a contact that is gone
-- comes with nulls. Those who share the facts are one row: a thousand rows of ten columns cost the server more
-- to send, and Python more to read, than these joins. The values of a template's variables come as lists of
-- JSON, four variables by themselves ($4 to $7), or all attributes ($8), country and language ($9). All lists of
-- a row are in one order, that in which its contacts were met. Consent is that to the topic of the word $10; with $11
-- it is enough not to have left it.
-- One index scan by array for each table, then hash joins: a third cheaper than a probe of each index for each
-- contact (1,000 contacts beside 20,000 suppressions), and stable under generic plans. The arrays come in their
-- text form, read once: to encode a bigint[] takes the driver longer than all this takes here.
with asked as materialized (select $2::text::bigint[] as contacts, $3::text::bigint[] as phones)
select c.state, coalesce(k.granted, $11::boolean) as granted, coalesce(s.scope, 0) as suppressed,
    coalesce(c.zones, '') as zones, c.country, coalesce(k.basis, '') as basis, array_agg(c.id) as contact_ids, array_agg(w.phone) as phones,
    json_agg(c.attributes -> $4::text) filter (where $4::text is not null) as first,
    json_agg(c.attributes -> $5::text) filter (where $5::text is not null) as second,
    json_agg(c.attributes -> $6::text) filter (where $6::text is not null) as third,
    json_agg(c.attributes -> $7::text) filter (where $7::text is not null) as fourth,
    json_agg(c.attributes) filter (where $8::boolean) as attributes,
    json_agg(c.language) filter (where $9::boolean) as languages
from unnest((select contacts from asked), (select phones from asked)) as w(id, phone)
left join (
    select id, phone, state, zones, country, language, attributes from contact
    where workspace_id = $1 and id = any((select contacts from asked)::bigint[])
) c on c.id = w.id and c.phone = w.phone
left join (
    select contact_id, state = 'granted' or ($11::boolean and state <> 'withdrawn') as granted,
        case when basis in ('spoken', 'soft_opt_in', 'implied') then basis end as basis from consent
    where contact_id = any((select contacts from asked)::bigint[]) and purpose = $10
) k on k.contact_id = c.id
left join (
    select phone, max(case scope when 'all' then 2 else 1 end) as scope from suppression
    where workspace_id = $1 and phone = any((select phones from asked)::bigint[]) and lifted_at is null group by phone
) s on s.phone = w.phone
group by 1, 2, 3, 4, 5, 6;

-- name: recipients_of_phones
-- Facts on numbers that need not be contacts; in the order of the numbers. `hashed`, the same on each: some
-- suppressions are known by a hash alone. Consent is that to the topic of each word ($3); where $4 says so, it is enough
-- not to have left it.
select c.id, w.phone, c.state, coalesce(k.state = 'granted' or (w.lenient and k.state <> 'withdrawn'), w.lenient) as granted,
    coalesce(s.scope, 0) as suppressed, coalesce(c.zones, '') as zones, c.country, c.language,
    case when k.basis in ('spoken', 'soft_opt_in', 'implied') then k.basis else '' end as basis,
    exists (select from suppression_scheme where workspace_id = $1) as hashed
from unnest($2::bigint[], $3::text[], $4::boolean[]) with ordinality as w(phone, word, lenient, position)
left join contact c on c.workspace_id = $1 and c.phone = w.phone
left join consent k on k.contact_id = c.id and k.purpose = w.word
left join lateral (
    select max(case x.scope when 'all' then 2 else 1 end) as scope from suppression x
    where x.workspace_id = $1 and x.phone = w.phone and x.lifted_at is null
) s on true
order by w.position;

-- name: sender_facts
-- Senders with the route they use (their own, else the default) and whether its first carrier has prices.
-- A route without an enabled carrier is no route.
select s.id, s.address, s.kind = 'alphanumeric' as alphanumeric, r.route_id,
    exists (select from carrier_price p where p.carrier_id = r.carrier_id) as priced, w.test_of is not null as test, s.kind
from sender s
join workspace w on w.id = s.workspace_id
left join lateral (
    select rc.route_id, rc.carrier_id from route_carrier rc
    join carrier a on a.id = rc.carrier_id and a.enabled
    where rc.route_id = coalesce(s.route_id, (select d.id from route d
        where d.workspace_id = $1 and d.is_default))
    order by rc.position limit 1
) r on true
where s.workspace_id = $1 and s.id = any($2::uuid[]);

-- name: lock_rulings
-- One process at a time writes down new rulings; readers do not wait.
lock table ruling in share row exclusive mode;

-- name: ruling_number
-- The number under which a code with a rule of this version is stored, given now if it had none.
with added as (
    insert into ruling (number, code, rule, version, source)
    select (select coalesce(max(number), 999) + 1 from ruling), $1, $2, $3, $4
    on conflict (code, rule, version) do nothing
    returning number
)
select number from added
union all select number from ruling where code = $1 and rule = $2 and version = $3
limit 1;

-- name: rulings
-- What these stored decisions stand for.
select number, code, rule, version, source from ruling where number = any($1::smallint[]);

-- name: note_decisions
-- How many of a row of a run's audience were decided how.
insert into run_decision (workspace_id, run_id, decision, n)
select $1, $2, decision, n from unnest($3::smallint[], $4::integer[]) as decided(decision, n);

-- name: decisions_of_run
-- How a run's audience was decided: a few lines for each five thousand recipients.
select decision, sum(n)::bigint as n from run_decision where workspace_id = $1 and run_id = $2
group by decision order by n desc, decision;

-- name: promise
-- Reserves a message at its due time for each contact who stays within every cap ($4 spans, $5 numbers), and names
-- those. One guarded statement: of two campaigns that start together the second waits for the row and counts anew.
-- Rows are taken in the order of contacts, so that nobody waits in a circle. What is due before $6 is forgotten.
-- A message counts against those due less than a span before it or after: no stretch of that length holds more.
insert into promised as p (workspace_id, contact_id, at)
select $1, contact_id, array[due_at] from unnest($2::bigint[], $3::timestamptz[]) as asked(contact_id, due_at)
order by contact_id
on conflict (workspace_id, contact_id) do update
set at = (select array_agg(t) from unnest(p.at) as t where t >= $6) || excluded.at
where not exists (
    select from unnest($4::interval[], $5::integer[]) as allowed(span, n)
    where allowed.n <= (select count(*) from unnest(p.at) as t
        where t > excluded.at[1] - allowed.span and t < excluded.at[1] + allowed.span))
returning contact_id;

-- name: lock_promises
-- Takes the rows of these contacts in their order, where several statements follow that differ in caps.
insert into promised as p (workspace_id, contact_id, at)
select $1, contact_id, '{}' from unnest($2::bigint[]) as asked(contact_id) order by contact_id
on conflict (workspace_id, contact_id) do update set at = p.at where false;

-- name: promises
-- When each of these contacts is to be written to, as far as it is promised.
select contact_id, at from promised where workspace_id = $1 and contact_id = any($2::bigint[]);

-- name: release_run
-- Gives back what was promised by chunks of a canceled run that nobody holds; those are ended next, in the same order.
-- Rows are locked in the order of contacts, as `promise` does.
with held as materialized (
    select workspace_id, lo, hi, due_at from chunk
    where run_id = $1 and state in (0, 2) order by id limit $2 for update skip locked
), locked as materialized (
    select p.workspace_id, p.contact_id, h.due_at
    from held h
    join message m on m.id >= h.lo and m.id < h.hi
    join promised p on p.workspace_id = h.workspace_id and p.contact_id = m.contact_id
    order by p.contact_id for update of p
)
update promised p set at = array_remove(p.at, l.due_at)
from locked l where p.workspace_id = l.workspace_id and p.contact_id = l.contact_id;

-- name: caps
-- How many marketing messages a person may get in so many days.
select days, n from cap where workspace_id = $1 order by days;

-- name: set_cap
-- A cap as it is from now on.
insert into cap (workspace_id, days, n) values ($1, $2, $3)
on conflict (workspace_id, days) do update set n = excluded.n, updated_at = now();

-- name: drop_cap
-- No cap for so many days any more.
delete from cap where workspace_id = $1 and days = $2;
