-- A segment is a rule, read anew each time it is asked: who is in it is never stored.
create table segment (
    id uuid primary key,
    workspace_id bigint not null,
    name text not null,
    rule jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (workspace_id, name)
);
alter table segment enable row level security;
create policy workspace_only on segment
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on segment to chappe_web;
