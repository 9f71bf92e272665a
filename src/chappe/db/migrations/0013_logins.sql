-- Logins: sessions that can be told apart, second factor, resets, single sign-on, e-mails.

alter table workspace add column second_factor_required boolean not null default false;

-- `id` names a session on pages; the token's digest is nobody's business. `via` says how the person came in:
-- a session by single sign-on belongs to the workspace whose provider vouched for the person.
alter table web_session
    add column id uuid not null default gen_random_uuid() unique,
    add column address text not null default '',
    add column agent text not null default '',
    add column via text not null default 'password';

-- The password was right; the code is still asked for.
create table pending_login (
    token_hash bytea primary key,
    workspace_id bigint not null references workspace,
    user_id uuid not null references user_account,
    tries smallint not null default 0,
    expires_at timestamptz not null
);

-- `secret` is sealed with the installation's key. `last_step` is the time step of the last code that was
-- accepted: no code is accepted twice (RFC 6238 section 5.2).
create table second_factor (
    user_id uuid primary key references user_account,
    secret bytea not null,
    created_at timestamptz not null default now(),
    confirmed_at timestamptz,
    last_step bigint not null default 0
);

create table recovery_code (
    user_id uuid not null references user_account,
    -- Keyed: a code has 49 bits, which a digest alone would not protect.
    hash bytea not null,
    used_at timestamptz,
    primary key (user_id, hash)
);

-- Asked for on the page, whoever it was; the worker finds out whether there is such a person, so that the
-- page's answer cannot tell.
create table reset_request (
    id uuid primary key,
    email text not null,
    language text not null,
    at timestamptz not null default now()
);

create table password_reset (
    token_hash bytea primary key,
    user_id uuid not null references user_account,
    expires_at timestamptz not null
);
create index password_reset_user on password_reset (user_id);

create table single_sign_on (
    workspace_id bigint primary key references workspace,
    name text not null,
    issuer text not null,
    client_id text not null,
    -- Sealed with the installation's key; null for a public client.
    client_secret bytea,
    created_at timestamptz not null default now()
);
-- An e-mail of one of these (lower case) leads to the provider. A domain belongs to one workspace.
create table single_sign_on_domain (
    domain text primary key,
    workspace_id bigint not null references single_sign_on on delete cascade
);

-- On its way to the provider and back: ten minutes, one use.
create table sign_on_attempt (
    state_hash bytea primary key,
    workspace_id bigint not null references workspace,
    browser_hash bytea not null,
    verifier text not null,
    nonce text not null,
    wanted text not null,
    expires_at timestamptz not null
);

-- E-mails on their way. `body` is sealed (links in it open accounts) and gone once the mail has left.
-- States: waiting, sending, sent, failed; unknown when the answer got lost, which is never sent again by
-- itself; kept when no server was configured.
create table outgoing_mail (
    id uuid primary key,
    workspace_id bigint references workspace,
    user_id uuid references user_account,
    owners_only boolean not null default false,
    kind text not null,
    recipient text not null,
    subject text not null,
    body bytea,
    state text not null default 'waiting',
    attempts smallint not null default 0,
    due_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    error text
);
create index outgoing_mail_due on outgoing_mail (due_at) where state in ('waiting', 'sending');
create index outgoing_mail_workspace on outgoing_mail (workspace_id, id desc);
create index outgoing_mail_user on outgoing_mail (user_id);

do $$
declare
    t text;
begin
    foreach t in array array['pending_login', 'second_factor', 'recovery_code', 'reset_request',
        'password_reset', 'single_sign_on', 'single_sign_on_domain', 'sign_on_attempt', 'outgoing_mail']
    loop
        execute format('alter table %I enable row level security', t);
    end loop;
end $$;

-- Who a mail goes to is decided under the policies; all else here is asked before a workspace is known, or
-- of a person in all their workspaces, by the owner of the tables.
create policy workspace_only on outgoing_mail
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant insert on outgoing_mail to chappe_web;
