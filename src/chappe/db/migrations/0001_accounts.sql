-- The installation itself, workspaces, people, keys.

create table instance (
    one boolean primary key default true check (one),
    instance_id uuid not null,
    -- Fingerprint of the secret key: a database restored beside another key is refused, not misread.
    key_fingerprint bytea not null,
    created_at timestamptz not null default now(),
    -- Held: nothing leaves until a person releases it (after a restore).
    held_at timestamptz,
    held_reason text,
    -- The demo clock moves the gate and schedules only, and refuses to run with a real carrier.
    demo_offset interval
);

create table workspace (
    id bigint generated always as identity primary key,
    name text not null,
    default_country char(2) not null default 'FR',
    zone text not null default 'Europe/Paris',
    language text not null default 'en',
    created_at timestamptz not null default now()
);

create table user_account (
    id uuid primary key,
    email text not null,
    name text not null,
    password_hash text not null,
    language text,
    created_at timestamptz not null default now(),
    unique (email)
);

create table membership (
    workspace_id bigint not null references workspace,
    user_id uuid not null references user_account,
    role text not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, user_id)
);

create table web_session (
    token_hash bytea primary key,
    workspace_id bigint not null references workspace,
    user_id uuid not null references user_account,
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    expires_at timestamptz not null
);

-- Failed logins by account and by address, for throttling; old rows are swept.
create table login_failure (
    subject text not null,
    at timestamptz not null default now()
);
create index login_failure_subject on login_failure (subject, at);

create table api_key (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    name text not null,
    prefix text not null,
    -- SHA-256 is enough: the key carries 256 random bits.
    hash bytea not null,
    scopes text[] not null,
    live boolean not null default true,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    unique (hash)
);
create index api_key_workspace on api_key (workspace_id, id);

-- Answers to requests that carried an Idempotency-Key, kept 24 hours.
create table idempotency (
    workspace_id bigint not null references workspace,
    key text not null,
    fingerprint bytea not null,
    status smallint,
    response bytea,
    created_at timestamptz not null default now(),
    primary key (workspace_id, key)
);
create index idempotency_age on idempotency (created_at);
