-- What people do elsewhere (orders, visits), by month of its instant: a month that is too old is dropped whole.

create table event (
    id bigint generated always as identity,
    workspace_id bigint not null,
    contact_id bigint not null,
    name text not null,
    at timestamptz not null,
    -- What it was worth, of `revenue`, `total` or `value` of the properties: sums need not read the JSON.
    value double precision,
    properties jsonb not null default '{}',
    recorded_at timestamptz not null default now()
) partition by range (at);
-- Who did this, since when, for how much: read without the rows.
create index event_name on event (workspace_id, name, at) include (contact_id, value);
-- The latest of a person, and what goes with them.
create index event_contact on event (contact_id, id);

-- Ids that were taken: the same event sent again is one event. Forgotten with the month it came in.
create table event_key (
    workspace_id bigint not null,
    key text not null,
    recorded_at timestamptz not null default now(),
    primary key (workspace_id, key)
);
create index event_key_age on event_key using brin (recorded_at);

-- Makes the month that holds `d`; true when it was missing. The role of requests may not make tables, and an event
-- can be of a month that nobody foresaw: so it runs as the owner, and makes nothing else.
create function ensure_event_month(d date) returns boolean language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    first date := date_trunc('month', d)::date;
    suffix text := to_char(d, 'YYYYMM');
begin
    if to_regclass('event_' || suffix) is not null then
        return false;
    end if;
    execute format('create table event_%s partition of event for values from (%L) to (%L)', suffix,
        first::timestamp at time zone 'utc', (first + interval '1 month') at time zone 'utc');
    return true;
exception when duplicate_table then
    return false;  -- made by another request at the same moment
end $$;

select ensure_event_month(((now() at time zone 'utc')::date + n * interval '1 month')::date) from generate_series(0, 1) as n;

create function forget_events_of_deleted() returns trigger language plpgsql as $$
begin
    delete from event where contact_id in (select id from gone);
    return null;
end $$;
create trigger contact_deleted_events after delete on contact
    referencing old table as gone for each statement execute function forget_events_of_deleted();

do $$
declare
    t text;
begin
    foreach t in array array['event', 'event_key'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
grant usage on all sequences in schema public to chappe_web;
