-- Workspaces, roles, invitations, settings, API keys: their pages.

-- What a person writes and what they send are two rights: the second can be withheld from any role.
alter table membership add column may_send boolean not null default true;
create index membership_person on membership (user_id, workspace_id);
create index web_session_person on web_session (user_id, workspace_id);

-- Amounts are shown in this currency where no carrier's prices say another.
alter table workspace add column currency char(3) not null default 'EUR';
-- What test keys read and write: a workspace of its own beside the live one, so that their data are apart by the
-- same policies that keep brands apart. Its people and keys are those of the workspace it belongs to.
alter table workspace add column test_of bigint unique references workspace;

-- Whoever follows the link joins. Only the token's digest is kept.
create table invitation (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    email text not null,
    role text not null,
    may_send boolean not null,
    token_hash bytea not null unique,
    invited_by uuid references user_account on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz
);
create unique index invitation_open on invitation (workspace_id, email)
    where accepted_at is null and revoked_at is null;
alter table invitation enable row level security;
create policy workspace_only on invitation
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on invitation to chappe_web;

-- Who made a key: it stays when they leave, and is listed under their name.
alter table api_key add column created_by uuid references user_account on delete set null;

insert into workspace (name, default_country, zone, language, currency, test_of)
select w.name, w.default_country, w.zone, w.language, w.currency, w.id from workspace w
where exists (select from api_key k where k.workspace_id = w.id and not k.live);

-- A test key never reaches a real carrier: its workspace can have none, whoever writes the row and however.
create function refuse_real_carrier() returns trigger language plpgsql as $$
begin
    if not new.simulated and exists (
        select from workspace w where w.id = new.workspace_id and w.test_of is not null)
    then
        raise exception 'a test workspace has simulated carriers only' using errcode = 'check_violation',
            constraint = 'carrier_of_test_is_simulated';
    end if;
    return new;
end $$;
create trigger carrier_of_test before insert or update on carrier
    for each row execute function refuse_real_carrier();
-- And its routes lead to its own carriers alone.
create unique index carrier_in_workspace on carrier (workspace_id, id);
alter table route_carrier add constraint route_carrier_same_workspace
    foreign key (workspace_id, carrier_id) references carrier (workspace_id, id);
create unique index route_in_workspace on route (workspace_id, id);
alter table route_carrier add constraint route_carrier_own_route
    foreign key (workspace_id, route_id) references route (workspace_id, id) on delete cascade;
alter table sender add constraint sender_own_route
    foreign key (workspace_id, route_id) references route (workspace_id, id);
