-- Carriers, prices, routes, senders, and the live state of each link.

create table carrier (
    id uuid primary key,
    -- The short name used in the hot tables.
    number integer generated always as identity unique,
    workspace_id bigint not null references workspace,
    name text not null,
    kind text not null,
    settings jsonb not null,
    -- Sealed (AES-GCM) with the installation's key.
    secret bytea,
    -- The simulated carrier of the lab: the only kind the demo clock tolerates.
    simulated boolean not null default false,
    enabled boolean not null default true,
    -- Grows at each change of settings, so that a running link knows to reconnect.
    revision integer not null default 1,
    created_at timestamptz not null default now(),
    unique (workspace_id, name)
);

create table carrier_price (
    workspace_id bigint not null references workspace,
    carrier_id uuid not null references carrier on delete cascade,
    prefix text not null,
    price numeric(12, 6) not null check (price >= 0),
    currency char(3) not null,
    primary key (carrier_id, prefix)
);

create table route (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    name text not null,
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    unique (workspace_id, name)
);
create unique index route_default on route (workspace_id) where is_default;

create table route_carrier (
    workspace_id bigint not null references workspace,
    route_id uuid not null references route on delete cascade,
    position smallint not null,
    carrier_id uuid not null references carrier,
    primary key (route_id, position),
    unique (route_id, carrier_id)
);

create table sender (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    address text not null,
    kind text not null,
    route_id uuid references route,
    created_at timestamptz not null default now(),
    unique (workspace_id, address)
);

-- One owner per link at a time. The owner renews lease_until, and stops writing to its socket
-- before the lease can end; token fences whatever it writes to the ledger.
create table link (
    carrier_number integer primary key references carrier (number) on delete cascade,
    workspace_id bigint not null references workspace,
    owner text,
    token bigint not null default 0,
    lease_until timestamptz,
    state text not null default 'down',
    detail text,
    changed_at timestamptz not null default now(),
    heartbeat_at timestamptz,
    submitted bigint not null default 0,
    answered bigint not null default 0,
    refused bigint not null default 0,
    throttled bigint not null default 0,
    receipts bigint not null default 0,
    inbound bigint not null default 0
) with (fillfactor = 50);
