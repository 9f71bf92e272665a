-- The last automatic answer to a keyword, per person: two machines that answer each other stop after one
-- exchange, and a person who writes STOP five times reads one confirmation.

create table keyword_answer (
    workspace_id bigint not null references workspace,
    phone bigint not null,
    kind text not null,
    at timestamptz not null,
    primary key (workspace_id, phone, kind)
);

alter table keyword_answer enable row level security;
create policy workspace_only on keyword_answer
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on keyword_answer to chappe_web;
