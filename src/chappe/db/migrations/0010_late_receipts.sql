-- Messages by the carrier's id, for receipts that come when memory has forgotten them. The last million of a link
-- are in memory; a partition is indexed when its day is over, and one that is being written only when receipts
-- ask for it. Measured on a million random ids of 36 characters: 1 µs a row to build, 43 MB; a text key
-- (provider_id itself) is three times as large and twice as slow to write.

-- The same number for every disguise of an id that differs in case, dashes, leading zeros or 0x
-- (chappe.sms.provider_ids.canonical): who looks it up compares the ids themselves. One expression, so that it is
-- inlined: as a function call it costs ten times as much. Changed, it must be given another name.
create function provider_key(name text) returns integer language sql immutable parallel safe
    return hashtext(ltrim(lower(translate(name, E'-{} \t\r\n', '') collate "C"), '0x'));

-- Days whose partition of message_state should be indexed though it is still written.
create table late_receipt_day (
    day date primary key,
    asked_at timestamptz not null default now()
);

-- Name of the partition of a day.
create function message_state_of(d date) returns text language sql immutable parallel safe
    return 'message_state_' || to_char(d, 'YYYYMMDD');

-- Partitions of message_state of the days from $1 to $2, the latest first. `indexed`: both indexes are there and
-- valid; `broken`: one is not (a build was interrupted).
create function receipt_days(first date, last date)
returns table (day date, bytes bigint, indexed boolean, broken boolean) language sql stable as $$
    select d.day, pg_relation_size(p.oid), i.valid = 2, i.valid < i.found
      from (select n::date as day from generate_series(first, last, interval '1 day') as n) as d
      join pg_class as p on p.oid = to_regclass(message_state_of(d.day))
     cross join lateral (
            select count(*) as found, count(*) filter (where x.indisvalid) as valid
              from pg_index as x join pg_class as c on c.oid = x.indexrelid
             where x.indrelid = p.oid and c.relname in (p.relname || '_key', p.relname || '_more')) as i
     order by d.day desc
$$;

-- Messages of a carrier and a day that have one of these ids, of any part. Planned at each call, for the partition
-- as it is by then; the settings leave the planner the one plan that does not depend on its guesses.
create function sent_by_index(d date, carrier integer, names text[])
returns table (id bigint, provider_id text, more_ids text[]) language plpgsql stable
set plan_cache_mode = force_custom_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_indexscan = off
set enable_bitmapscan = on as $$
declare
    parts boolean := pg_relation_size((message_state_of(d) || '_more')::regclass) > 16384;
begin
    return query execute format(
        'select s.id, s.provider_id, s.more_ids
           from (select distinct provider_key(n) as key from unnest($2) as n) as k
           join %I as s on provider_key(s.provider_id) = k.key and s.provider_id is not null
          where s.carrier_number = $1', message_state_of(d))
    using carrier, names;
    -- Thousands of ids cost as much to look up in an empty index as in a full one: of two pages it may be empty.
    if not parts then
        execute format('select exists (select from %I where more_ids is not null)', message_state_of(d)) into parts;
    end if;
    if parts then
        return query execute format(
            'select s.id, s.provider_id, s.more_ids from %I as s
              where s.more_ids is not null and s.more_ids && $2 and s.carrier_number = $1', message_state_of(d))
        using carrier, names;
    end if;
end $$;

-- The same, where there is no index: the whole partition is read. Only a plan for these very keys hashes them; a
-- generic one compares each row with each key.
create function sent_by_scan(d date, carrier integer, names text[])
returns table (id bigint, provider_id text, more_ids text[]) language plpgsql stable
set plan_cache_mode = force_custom_plan set jit = off set enable_seqscan = on as $$
declare
    keys integer[] := array(select provider_key(n) from unnest(names) as n);
begin
    return query execute format(
        'select s.id, s.provider_id, s.more_ids from %I as s
          where s.carrier_number = $1 and (provider_key(s.provider_id) = any($2)
             or (s.more_ids is not null and exists (select from unnest(s.more_ids) as m where m = any($3))))',
        message_state_of(d))
    using carrier, keys, names;
end $$;
