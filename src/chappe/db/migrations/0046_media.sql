-- Pictures for messages, served to whoever has the code. `code`: 128 random bits; nothing else is asked for.
create table media (
    id uuid primary key,
    workspace_id bigint not null references workspace on delete cascade,
    code text not null unique,
    kind text not null check (kind in ('image/png', 'image/jpeg', 'image/gif', 'image/webp')),
    width integer not null,
    height integer not null,
    bytes integer not null,
    alt text not null,
    data bytea not null,
    created_at timestamptz not null default now()
);
create index media_workspace on media (workspace_id, id);

alter table media enable row level security;
create policy workspace_only on media
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, delete on media to chappe_web;
