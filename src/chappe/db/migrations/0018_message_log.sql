-- The message log, carriers, senders and routes as pages show them.

-- What is or was suppressed of a number: why a message of that time was not sent.
create index suppression_phone on suppression (workspace_id, phone, id);

-- What a link said and heard lately, alike ones of a second in one row: written by the sender each two seconds, a
-- few thousand rows a link. Numbers are masked, and texts and passwords never come here.
create table link_exchange (
    id bigint generated always as identity primary key,
    workspace_id bigint not null references workspace,
    carrier_number integer not null references carrier (number) on delete cascade,
    at timestamptz not null,
    way text not null,
    operation text not null,
    status bigint,
    parts integer not null,
    number text not null,
    detail text not null
);
create index link_exchange_link on link_exchange (carrier_number, id);
alter table link_exchange enable row level security;
create policy workspace_only on link_exchange
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, delete on link_exchange to chappe_web;
