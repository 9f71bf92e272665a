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

do $$
declare
    t text;
begin
    foreach t in array array['export'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
