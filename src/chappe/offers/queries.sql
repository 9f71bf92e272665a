-- name: add_offer
-- A new offer, without codes; no row when another has its name.
insert into offer (id, workspace_id, name, pattern, length, warn_below) values ($1, $2, $3, $4, $5, $6)
on conflict do nothing returning id;

-- name: offers
-- Offers with what is left of them, the newest first: all, or one ($2).
select o.id, o.name, o.pattern, o.length, o.size,
    coalesce((select sum(r.hi - r.lo) from offer_range r where r.offer_id = o.id), 0)::integer as free,
    (select count(*) from offer_code c where c.offer_id = o.id and c.used_at is not null)::integer as used,
    o.warn_below, o.created_at, o.archived_at
from offer o where o.workspace_id = $1 and (o.id = $2 or $2::uuid is null) order by o.id desc;

-- name: change
-- Another name or warning; no row when there is no such offer. A warning may be due again.
update offer set name = $3, warn_below = $4, warned_at = case when warn_below = $4 then warned_at end
where workspace_id = $1 and id = $2 returning id;

-- name: archive
-- Gives no codes any more, or again ($3 false).
update offer set archived_at = case when $3 then coalesce(archived_at, now()) end
where workspace_id = $1 and id = $2 returning id;

-- name: lock
-- The offer, alone until commit: its next number and the length of its codes.
select size, length, archived_at from offer where workspace_id = $1 and id = $2 for update;

-- name: add_codes
-- Codes from number $3 on; those that the workspace has already are left out.
with added as (
    select c.code, row_number() over (order by c.place) - 1 + $3::integer as n
    from unnest($4::text[]) with ordinality as c (code, place)
    where not exists (select from offer_code k where k.workspace_id = $1 and upper(k.code) = upper(c.code))
)
insert into offer_code (offer_id, n, workspace_id, code) select $2, n, $1, code from added;

-- name: free_codes
-- The codes lo ≤ n < hi are free, in rows of $5.
insert into offer_range (workspace_id, offer_id, lo, hi)
select $1, $2, lo, least(lo + $5, $4::integer) from generate_series($3::integer, $4::integer - 1, $5::integer) as lo;

-- name: grown
-- The offer has so many codes now.
update offer set size = $3, warned_at = null where workspace_id = $1 and id = $2;

-- name: take
-- Up to $3 free codes as ranges, from rows that nobody else has locked; $4: rows to look at.
with free as (
    select id, lo, hi from offer_range where workspace_id = $1 and offer_id = $2
    order by lo limit $4 for update skip locked
), summed as (
    select id, lo, hi, sum(hi - lo) over (order by lo) - (hi - lo) as before from free
), taken as (
    select id, lo, least(hi, lo + $3 - before)::integer as until, hi from summed where before < $3
), gone as (
    delete from offer_range r using taken t where r.id = t.id and t.until = t.hi
), cut as (
    update offer_range r set lo = t.until from taken t where r.id = t.id and t.until < t.hi
)
select lo, until as hi from taken order by lo;

-- name: alone
-- Whoever waits for rows of an offer waits alone, and holds none of them meanwhile.
select pg_advisory_xact_lock(hashtextextended('offer ' || $1::uuid::text, 0));

-- name: take_waiting
-- As `take`, but it waits for those who have rows locked: what they leave or give back is the last there is.
with free as (
    select id, lo, hi from offer_range where workspace_id = $1 and offer_id = $2
    order by lo limit $4 for update
), summed as (
    select id, lo, hi, sum(hi - lo) over (order by lo) - (hi - lo) as before from free
), taken as (
    select id, lo, least(hi, lo + $3 - before)::integer as until, hi from summed where before < $3
), gone as (
    delete from offer_range r using taken t where r.id = t.id and t.until = t.hi
), cut as (
    update offer_range r set lo = t.until from taken t where r.id = t.id and t.until < t.hi
)
select lo, until as hi from taken order by lo;

-- name: codes
-- The codes of ranges, in their order.
select c.code from unnest($2::integer[], $3::integer[]) with ordinality as s (lo, hi, place)
join offer_code c on c.offer_id = $1 and c.n >= s.lo and c.n < s.hi order by s.place, c.n;

-- name: give
-- Whose they are.
insert into offer_given (workspace_id, offer_id, run_id, lo, size, first_message_id)
select $1, $2, $3, g.* from unnest($4::integer[], $5::integer[], $6::bigint[]) as g;

-- name: told
-- What is known of codes, by their word in capitals.
select c.offer_id, c.n, c.code, c.used_at, g.first_message_id + (c.n - g.lo) as message_id, g.run_id
from offer_code c
left join lateral (
    select lo, size, first_message_id, run_id from offer_given g
    where g.offer_id = c.offer_id and g.lo <= c.n order by g.lo desc limit 1
) as g on c.n < g.lo + g.size
where c.workspace_id = $1 and upper(c.code) = any($2::text[]);

-- name: use
-- The first use of codes counts; the codes that had none before.
update offer_code c set used_at = u.at
from unnest($2::uuid[], $3::integer[], $4::timestamptz[]) as u (offer_id, n, at)
where c.workspace_id = $1 and c.offer_id = u.offer_id and c.n = u.n and c.used_at is null
returning c.code;

-- name: note_use
-- A use that becomes a conversion.
insert into offer_use (workspace_id, offer_id, n, at, amount, currency, order_id) values ($1, $2, $3, $4, $5, $6, $7);

-- name: take_uses
-- Uses of given codes, taken away with all others, with the person whose code it was.
with taken as (
    delete from offer_use where id in (select id from offer_use order by id limit $1)
    returning workspace_id, offer_id, n, at, amount, currency, order_id
)
select t.workspace_id, g.run_id, m.id as message_id, m.contact_id, t.at, t.amount, t.currency, t.order_id
from taken t
join lateral (
    select lo, size, first_message_id, run_id from offer_given g
    where g.offer_id = t.offer_id and g.lo <= t.n order by g.lo desc limit 1
) as g on t.n < g.lo + g.size
join message m on m.id = g.first_message_id + (t.n - g.lo)
order by t.at;

-- name: waiting_uses
-- Whether uses wait.
select exists (select from offer_use);

-- name: of_message
-- The code that a message got.
select c.code from offer_given g
join offer_code c on c.offer_id = g.offer_id and c.n = g.lo + ($2::bigint - g.first_message_id)::integer
where g.workspace_id = $1 and g.first_message_id <= $2 and $2 < g.first_message_id + g.size
order by g.first_message_id desc limit 1;

-- name: low
-- Offers with fewer free codes than people want to be told of.
select f.id, f.name, f.free from (
    select o.id, o.name, o.warn_below,
        coalesce((select sum(r.hi - r.lo) from offer_range r where r.offer_id = o.id), 0)::integer as free
    from offer o where o.workspace_id = $1 and o.archived_at is null
) as f where f.free < f.warn_below order by f.free, f.name limit 5;

-- name: warn
-- The same of all workspaces but test data, of which nobody was told yet: told now, by one worker.
update offer o set warned_at = $1
from (
    select w.id, w.name as workspace, w.language, p.id as offer_id,
        coalesce((select sum(r.hi - r.lo) from offer_range r where r.offer_id = p.id), 0)::integer as free
    from offer p join workspace w on w.id = p.workspace_id and w.test_of is null
    where p.archived_at is null and p.warned_at is null and p.size > 0
) as f
where o.id = f.offer_id and o.warned_at is null and f.free < o.warn_below
returning f.id as workspace_id, f.workspace, f.language, o.id as offer_id, o.name, f.free;
