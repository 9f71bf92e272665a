-- What pages of a shop tell by its visitors' browsers: which sites may, whether links carry the click's code, and the
-- keys that the pages name. A key is no secret: whoever reads such a page knows it.
create table browser_settings (
    workspace_id bigint primary key references workspace,
    sites text[] not null default '{}' check (cardinality(sites) <= 10),
    click_code boolean not null default false
);

create table browser_key (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    created_at timestamptz not null,
    revoked_at timestamptz
);
create index browser_key_workspace on browser_key (workspace_id);

do $$
declare
    t text;
begin
    foreach t in array array['browser_settings', 'browser_key']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select, insert, update on browser_settings, browser_key to chappe_web;
