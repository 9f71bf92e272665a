-- The ledger of outbound messages: an immutable row and a narrow state row, both partitioned by day.
-- A message's id carries its day: (days since 2026-01-01) << 40 | number within the day. So the id is
-- the partition key, a run's ids are contiguous, and no second unique index is needed.

create table message (
    id bigint not null primary key,
    workspace_id bigint not null,
    phone bigint not null,
    contact_id bigint,
    -- A campaign's message names its run (which names campaign and sender); others name their sender.
    run_id bigint,
    sender_id uuid,
    purpose smallint not null,
    encoding smallint not null default 0,
    parts smallint not null default 0,
    -- The gate's decision and its reasons, as a code of gate/model.py.
    decision smallint not null default 0,
    -- Null when skipped: nothing was rendered.
    body text,
    reference text,
    expires_at timestamptz,
    created_at timestamptz not null default now()
) partition by range (id);
create index message_phone on message (phone, id);

-- Written by COPY when the carrier has answered every part (or at once when skipped), updated once by
-- the final receipt. No row: not submitted yet. No index on what changes: updates stay HOT.
create table message_state (
    id bigint not null primary key,
    workspace_id bigint not null,
    state smallint not null,
    -- Parts handed to the carrier: what is billed.
    parts smallint not null default 0,
    carrier_number integer,
    -- Carrier's id of part 1, and of the parts after it.
    provider_id text,
    more_ids text[],
    -- A bit per part whose receipt is final, and those that failed.
    done_mask integer not null default 0,
    failed_mask integer not null default 0,
    -- Skip reason, carrier's status or receipt's error, as text for people and filters.
    reason text,
    submitted_at timestamptz,
    done_at timestamptz
) partition by range (id);

-- Messages that need a person's eye (failed, rejected, unknown, expired), appended for filters.
create table message_exception (
    id bigint not null,
    workspace_id bigint not null,
    run_id bigint,
    state smallint not null,
    at timestamptz not null default now(),
    primary key (id, state)
);
create index message_exception_recent on message_exception (workspace_id, state, id);

create table message_day (
    day date primary key,
    next bigint not null default 1
);

-- First id of n fresh ones of today (UTC). The row is locked until commit: take ids in blocks.
create function allocate_message_ids(n bigint) returns bigint language sql as $$
    insert into message_day as d (day, next) values ((now() at time zone 'utc')::date, 1 + n)
    on conflict (day) do update set next = d.next + n
    returning ((day - date '2026-01-01')::bigint << 40) + next - n
$$;

-- Makes the partitions of one day; true when they were missing.
create function ensure_message_day(d date) returns boolean language plpgsql as $$
declare
    lo bigint := (d - date '2026-01-01')::bigint << 40;
    hi bigint := (d + 1 - date '2026-01-01')::bigint << 40;
    suffix text := to_char(d, 'YYYYMMDD');
begin
    if to_regclass('message_' || suffix) is not null then
        return false;
    end if;
    execute format('create table message_%s partition of message for values from (%s) to (%s)', suffix, lo, hi);
    execute format('create table message_state_%s partition of message_state for values from (%s) to (%s)
                    with (fillfactor = 50)', suffix, lo, hi);
    -- Rows are updated once, within seconds: the default thresholds would vacuum a growing table over and over.
    execute format('alter table message_state_%s set (autovacuum_vacuum_scale_factor = 0.4,
                    autovacuum_analyze_scale_factor = 0.2)', suffix);
    execute format('analyze message_%s, message_state_%s', suffix, suffix);
    return true;
end $$;

select ensure_message_day((now() at time zone 'utc')::date + n) from generate_series(-1, 7) as n;

-- A unit of dispatch: messages lo ≤ id < hi of one route and lane, due together. Leased whole by one
-- link; deleted when every message in it has a state.
create table chunk (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    run_id bigint,
    route_id uuid not null,
    source text not null,
    lane smallint not null,
    lo bigint not null,
    hi bigint not null,
    -- 0 ready, 1 leased, 2 to be canceled
    state smallint not null default 0,
    due_at timestamptz not null default now(),
    -- Marketing: the allowed hours end here; past it the rest waits for the next window of these zones.
    window_end timestamptz,
    zones text,
    expires_at timestamptz,
    -- Retries after an explicit, temporary refusal.
    attempt smallint not null default 0,
    not_carrier integer,
    carrier_number integer,
    token bigint
) with (fillfactor = 70);
create index chunk_ready on chunk (lane, route_id, due_at, id) where state = 0;
create index chunk_leased on chunk (carrier_number) where state = 1;
create index chunk_run on chunk (run_id) where run_id is not null;

-- Receipts that match no message yet (they can come before the submit's answer), kept 72 hours.
create table receipt_parked (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    carrier_number integer not null,
    provider_id text not null,
    canonical text not null,
    state smallint not null,
    error text,
    done_at timestamptz,
    received_at timestamptz not null default now()
);
create index receipt_parked_id on receipt_parked (carrier_number, canonical);
create index receipt_parked_age on receipt_parked (received_at);

create table inbound (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    carrier_number integer not null,
    phone bigint,
    source text not null,
    destination text not null,
    sender_id uuid,
    contact_id bigint,
    body text not null,
    keyword text,
    -- Hash of what the carrier sent: a redelivered deliver_sm is one message.
    fingerprint bytea not null,
    session bigint not null,
    received_at timestamptz not null default now(),
    handled_at timestamptz
);
create index inbound_fingerprint on inbound (fingerprint, received_at);
create index inbound_recent on inbound (workspace_id, id);
create index inbound_phone on inbound (phone, id);

-- Parts of a long inbound text until all are here (or a day has passed).
create table inbound_part (
    carrier_number integer not null,
    workspace_id bigint not null,
    source text not null,
    destination text not null,
    reference integer not null,
    total smallint not null,
    number smallint not null,
    body text not null,
    received_at timestamptz not null default now(),
    primary key (carrier_number, source, destination, reference, total, number)
);
