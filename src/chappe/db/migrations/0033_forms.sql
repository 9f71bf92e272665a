-- Sign-up forms: what they say in each version, who came by them and from where, the codes they give, the keywords that
-- stand for them, and how the workspace looks to people who are not its own.

-- `draft` is what is being written, `version` the one that people see (0: none yet). Names are unique among those in use.
create table form (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    name text not null,
    state text not null default 'draft' check (state in ('draft', 'published', 'archived')),
    draft jsonb not null,
    version integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index form_name on form (workspace_id, lower(name)) where state <> 'archived';

-- A version that was published is never changed: it is the proof of what people saw. `wordings`: by language, the
-- consent they agreed to (consent_wording).
create table form_version (
    workspace_id bigint not null,
    form_id uuid not null references form,
    version integer not null,
    content jsonb not null,
    wordings jsonb not null,
    published_at timestamptz not null default now(),
    primary key (form_id, version)
);

-- Who came by a form, once; `source` is the word in the link or the poster that led there. Who is erased is counted on.
create table sign_up (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    form_id uuid not null references form,
    contact_id bigint,
    version integer not null,
    source text not null,
    channel text not null check (channel in ('web', 'embedded', 'sms', 'api')),
    at timestamptz not null,
    unique (form_id, contact_id)
);
create index sign_up_contact on sign_up (workspace_id, contact_id);

-- Offer codes of a form that gives each person another one. A code stays given when its person is erased.
create table form_code (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    form_id uuid not null references form,
    code text not null,
    contact_id bigint,
    given_at timestamptz,
    unique (form_id, code)
);
create unique index form_code_of on form_code (form_id, contact_id) where contact_id is not null;
create index form_code_free on form_code (form_id, id) where given_at is null;
create index form_code_contact on form_code (workspace_id, contact_id) where contact_id is not null;

-- A word that people text to join, as it is compared: folded, without signs.
create table join_keyword (
    workspace_id bigint not null references workspace,
    word text not null,
    form_id uuid not null references form,
    created_at timestamptz not null default now(),
    primary key (workspace_id, word)
);
create index join_keyword_form on join_keyword (form_id);

-- How often something was tried within a window: `who` is a keyed hash of an address, a number or a country.
create table sign_up_try (
    workspace_id bigint not null,
    who bytea not null,
    until timestamptz not null,
    n integer not null,
    primary key (workspace_id, who)
);
create index sign_up_try_over on sign_up_try (until);

-- The brand's colour (six hex digits) and logo, on pages that strangers see.
create table brand_look (
    workspace_id bigint primary key references workspace,
    colour text not null check (colour ~ '^[0-9a-f]{6}$'),
    logo bytea,
    logo_kind text check (logo_kind in ('image/png', 'image/jpeg')),
    updated_at timestamptz not null default now()
);

do $$
declare
    t text;
begin
    foreach t in array array['form', 'form_version', 'sign_up', 'form_code', 'join_keyword', 'sign_up_try', 'brand_look']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
