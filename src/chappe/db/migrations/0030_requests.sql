-- Exports, requests of persons, erasure, retention.

-- A file that the worker writes in the data folder, a batch a transaction: `position` is where it goes on, `bytes` how
-- long the file is up to there. What was asked for goes with the file.
create table export (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    kind text not null check (kind in ('contacts', 'suppressions', 'messages', 'consents', 'person')),
    format text not null check (format in ('csv', 'ndjson', 'zip')),
    which jsonb not null default '{}',
    state text not null default 'queued' check (state in ('queued', 'running', 'finished', 'failed', 'expired')),
    position bigint not null default 0,
    bytes bigint not null default 0,
    done integer not null default 0,
    total integer,
    error text,
    -- Who asked: a person or a key, and what they were called then.
    person_id uuid,
    key_id uuid,
    asked_by text not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    expires_at timestamptz
);
create index export_recent on export (workspace_id, id);
create index export_waiting on export (id) where state in ('queued', 'running');
create index export_expiring on export (expires_at) where state = 'finished';

-- What a person asks about their data. Who it is stands here until they are erased: then both are null, and
-- `phone_ending` with them.
create table person_request (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    kind text not null check (kind in ('access', 'erasure', 'rectification', 'objection')),
    state text not null default 'open' check (state in ('open', 'done', 'refused')),
    contact_id bigint,
    phone bigint,
    -- How they asked, and on which day: the month of the law runs from it.
    channel text not null check (channel in ('email', 'letter', 'phone', 'text', 'shop', 'api')),
    received_on date not null,
    due_on date not null,
    prolonged boolean not null default false,
    -- How it was checked that they are who they say.
    identity text not null default '',
    export_id uuid references export on delete set null,
    closed_at timestamptz,
    created_at timestamptz not null default now()
);
create index person_request_due on person_request (workspace_id, due_on, id);
create index person_request_contact on person_request (workspace_id, contact_id) where contact_id is not null;

-- Who did what with it.
create table person_request_step (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    request_id uuid not null references person_request on delete cascade,
    what text not null,
    note text not null default '',
    person_id uuid,
    key_id uuid,
    person text not null,
    at timestamptz not null default now()
);
create index person_request_step_of on person_request_step (request_id, id);

-- An erasure under way. What was being planned or sent when it began is gone through again, until nothing of the
-- person comes in any more; then the numbers go from here too. `keep_hash`: a keyed hash stays in the suppression list.
create table erasure (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    contact_ids bigint[] not null,
    phones bigint[] not null,
    keep_hash boolean not null,
    begun_at timestamptz not null,
    ended_at timestamptz
);
create index erasure_under_way on erasure (begun_at) where ended_at is null;

-- How long more is kept than texts; null is for ever, and for exports a week. What people wrote, what they did
-- elsewhere, contacts of whom nothing came for so long, what links said and heard, files.
alter table retention
    add column inbound_months smallint check (inbound_months between 1 and 120),
    add column event_months smallint check (event_months between 1 and 120),
    add column idle_months smallint check (idle_months between 6 and 120),
    add column exchange_days smallint check (exchange_days between 1 and 365),
    add column export_days smallint check (export_days between 1 and 90);

do $$
declare
    t text;
begin
    foreach t in array array['export', 'person_request', 'person_request_step', 'erasure'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
