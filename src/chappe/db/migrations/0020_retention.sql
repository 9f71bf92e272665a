-- How long a workspace keeps the texts of its messages.

create table retention (
    workspace_id bigint primary key references workspace,
    -- Null: for ever. Test data has no choice of its own: that of its workspace counts.
    text_months smallint check (text_months between 1 and 120),
    -- Messages below this id have been gone through.
    texts_erased_to bigint not null default 0,
    updated_at timestamptz not null default now()
);
alter table retention enable row level security;
create policy workspace_only on retention
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select on retention to chappe_web;
