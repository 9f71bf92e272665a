-- Texts kept for use again. `folder` and `language` may be empty; `version` is the newest of its versions.
create table template (
    id uuid primary key,
    workspace_id bigint not null references workspace on delete cascade,
    name text not null,
    folder text not null default '',
    language text not null default '' check (language in ('', 'en', 'fr')),
    version integer not null default 1,
    body text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (workspace_id, folder, name)
);

-- Every text that was saved, the newest too.
create table template_version (
    template_id uuid not null references template on delete cascade,
    version integer not null,
    workspace_id bigint not null,
    body text not null,
    created_at timestamptz not null default now(),
    primary key (template_id, version)
);

do $$
declare
    t text;
begin
    foreach t in array array['template', 'template_version'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
