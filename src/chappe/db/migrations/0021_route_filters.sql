-- Whom a carrier of a route takes, and what for.

alter table route_carrier
    -- First digits of the numbers it takes; none: every number.
    add column prefixes text[] not null default '{}',
    -- Words of the purposes it takes; none: every one.
    add column purposes text[] not null default '{}';

-- A route whose carriers take not everything has branches: what goes to numbers with a prefix that the filters name
-- (the longest counts, '' is the rest), for a purpose. A chunk names the branch in the place of the route, so links
-- claim as they always did and nothing is asked for a message. A branch is never deleted while its route is there:
-- chunks may be waiting for it. Its carriers are those that the filters of the moment leave.
create table route_branch (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    route_id uuid not null,
    purpose text not null,
    prefix text not null,
    unique (route_id, purpose, prefix),
    foreign key (workspace_id, route_id) references route (workspace_id, id) on delete cascade
);

alter table route_branch enable row level security;
create policy workspace_only on route_branch
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert on route_branch to chappe_web;
