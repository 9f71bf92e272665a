-- How many marketing messages a person may get in a time, and what each has been promised already.

create table cap (
    workspace_id bigint not null references workspace,
    days smallint not null check (days in (1, 7)),
    n smallint not null check (n between 1 and 1000),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, days)
);
alter table cap enable row level security;
create policy workspace_only on cap
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on cap to chappe_web;

-- When each person is to be written to, of the last weeks: one row, so that a reservation is one guarded statement, and
-- two campaigns that start together wait for each other on it.
create table promised (
    workspace_id bigint not null,
    contact_id bigint not null,
    at timestamptz[] not null,
    primary key (workspace_id, contact_id)
) with (fillfactor = 70);
alter table promised enable row level security;
create policy workspace_only on promised
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on promised to chappe_web;

-- By statement, not by a foreign key: that would lock the row of each contact who is written to.
create function forget_promises() returns trigger language plpgsql security definer set search_path = public as $$
begin
    delete from promised p using gone g where p.workspace_id = g.workspace_id and p.contact_id = g.id;
    return null;
end $$;
create trigger contact_promises after delete on contact referencing old table as gone
    for each statement execute function forget_promises();
