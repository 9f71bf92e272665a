-- Topics: what people subscribe to; the question of a double opt-in while it waits; what each person chose.

-- `word` stands in `consent.purpose`: that of the topic everybody begins with is the one that imports and the gate have
-- always known, so neither reads this table. `words`: what people read of it, by language.
create table topic (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    name text not null,
    purpose text not null check (purpose in ('marketing', 'transactional')),
    words jsonb not null default '{}',
    double_opt_in boolean not null default false,
    is_default boolean not null default false,
    word text not null generated always as (case when is_default then 'marketing' else 'topic:' || id::text end) stored,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    check (not is_default or (purpose = 'marketing' and archived_at is null))
);
create unique index topic_default on topic (workspace_id) where is_default;
create unique index topic_name on topic (workspace_id, lower(name)) where archived_at is null;
create unique index topic_word on topic (workspace_id, word);

-- Every workspace has offers from its first moment, whoever makes it.
create function begin_with_offers() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into topic (id, workspace_id, name, purpose, is_default)
    values (gen_random_uuid(), new.id, case when new.language like 'fr%' then 'Offres' else 'Offers' end, 'marketing', true);
    return null;
end $$;
create trigger workspace_begins after insert on workspace for each row execute function begin_with_offers();
insert into topic (id, workspace_id, name, purpose, is_default)
select gen_random_uuid(), id, case when language like 'fr%' then 'Offres' else 'Offers' end, 'marketing', true from workspace;

-- Who holds a topic, counted without reading everybody's consent to offers; an import of offers writes nothing here.
create index consent_topic on consent (workspace_id, purpose, state) where purpose <> 'marketing';

-- Which topic a campaign speaks of; null: the one everybody begins with, or none of a transactional one.
alter table campaign add column topic_id uuid;

-- Who is asked by text to confirm: one question a number. It keeps what they agreed to, with its proof, until they
-- answer. `words` are those of the topics.
create table opt_in (
    workspace_id bigint not null references workspace,
    phone bigint not null,
    contact_id bigint not null,
    words text[] not null,
    language text not null,
    sender_id uuid not null,
    basis text not null,
    source text not null,
    wording_id uuid not null,
    evidence_id uuid,
    form_id uuid,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    reminded_at timestamptz,
    primary key (workspace_id, phone)
);
create index opt_in_due on opt_in (asked_at);

-- Whom a workspace asks to confirm beside its topics, from which sender, in which words (by language and kind).
create table opt_in_setting (
    workspace_id bigint primary key references workspace,
    sender_id uuid,
    countries text[] not null,
    texts jsonb not null
);

-- How often one person wants to hear, at most; the gate keeps it with the caps.
create table contact_preference (
    workspace_id bigint not null references workspace,
    contact_id bigint not null,
    per_week smallint check (per_week between 1 and 7),
    changed_at timestamptz not null default now(),
    primary key (workspace_id, contact_id)
);

-- Who left a topic and has not come back: campaigns that were planned before are held against it as they leave. Senders
-- hear of it as of a suppression, and read again what they hold.
create table topic_leaving (
    workspace_id bigint not null references workspace,
    phone bigint not null,
    word text not null,
    at timestamptz not null default now(),
    primary key (workspace_id, phone, word)
);
create function notify_leaving() returns trigger language plpgsql as $$
begin
    perform pg_notify('chappe_suppression', string_agg(distinct workspace_id || ':' || phone || ':topic', ' ')) from added;
    return null;
end $$;
create trigger topic_left after insert on topic_leaving
    referencing new table as added for each statement execute function notify_leaving();

create function forget_wishes() returns trigger language plpgsql security definer set search_path = public as $$
begin
    delete from opt_in o using gone g where o.workspace_id = g.workspace_id and o.phone = g.phone;
    delete from topic_leaving l using gone g where l.workspace_id = g.workspace_id and l.phone = g.phone;
    delete from contact_preference p using gone g where p.workspace_id = g.workspace_id and p.contact_id = g.id;
    return null;
end $$;
create trigger contact_wishes after delete on contact referencing old table as gone
    for each statement execute function forget_wishes();

do $$
declare
    t text;
begin
    foreach t in array array['topic', 'opt_in', 'opt_in_setting', 'contact_preference', 'topic_leaving'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
