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

do $$
declare
    t text;
begin
    foreach t in array array['topic'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;

-- Which topic a campaign speaks of; null: the one everybody begins with, or none of a transactional one.
alter table campaign add column topic_id uuid;
