-- Typed attributes, external ids, where a zone comes from, merges, notes.

-- `zones` is what is best known of where a person may be, and `zone_origin` who says so. A merged contact is archived
-- and names the one that stands for it.
alter table contact
    add column external_id text check (length(external_id) between 1 and 200),
    add column zone_origin text not null default 'prefix'
        check (zone_origin in ('declared', 'address', 'sign_up', 'prefix')),
    add column merged_into bigint;
create unique index contact_external_id on contact (workspace_id, external_id) where external_id is not null;
create index contact_merged on contact (workspace_id, merged_into) where merged_into is not null;

-- Values stay texts in contact.attributes, in the canonical form of their kind (contacts/values.py).
alter table attribute
    add column kind text not null default 'text'
        check (kind in ('text', 'number', 'date', 'boolean', 'choice', 'list')),
    add column options text[] not null default '{}',
    add column archived_at timestamptz;

-- Another kind that was asked for: what every contact holds is read first. `misfits` do not fit it; `examples` are
-- contacts with such a value. Without any it is done, and the values are written as the new kind writes them.
create table attribute_change (
    workspace_id bigint not null references workspace,
    name text not null,
    kind text not null,
    options text[] not null default '{}',
    -- How numbers and days are written where the person who asked reads them.
    notation jsonb not null,
    state text not null default 'checking' check (state in ('checking', 'writing', 'done', 'refused')),
    cursor bigint not null default 0,
    held bigint not null default 0,
    misfits bigint not null default 0,
    examples bigint[] not null default '{}',
    asked_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (workspace_id, name)
);
create index attribute_change_waiting on attribute_change (asked_at) where state in ('checking', 'writing');

-- Two contacts that are one person. `body` is what each was and had before, to be put back.
create table contact_merge (
    id uuid primary key,
    workspace_id bigint not null references workspace,
    kept_id bigint not null,
    gone_id bigint not null,
    body jsonb not null,
    person_id uuid,
    person text not null,
    at timestamptz not null default now(),
    undone_at timestamptz
);
create index contact_merge_kept on contact_merge (workspace_id, kept_id);
create unique index contact_merge_gone on contact_merge (workspace_id, gone_id) where undone_at is null;

-- Two that were looked at and are two.
create table contact_distinct (
    workspace_id bigint not null references workspace,
    lower_id bigint not null,
    higher_id bigint not null,
    at timestamptz not null default now(),
    primary key (workspace_id, lower_id, higher_id)
);

do $$
declare
    t text;
begin
    foreach t in array array['attribute_change', 'contact_merge', 'contact_distinct'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;

-- As before, with the columns above; who was merged is not listed.
drop function contacts_narrowed;
create function contacts_narrowed(
    workspace bigint, states smallint[], countries bpchar[], list uuid, consents text[], few bigint[],
    patterns text[], lows bigint[], highs bigint[]
) returns table (
    id bigint, phone bigint, state smallint, country char(2), language text, zones text, attributes jsonb,
    created_at timestamptz, updated_at timestamptz, external_id text, zone_origin text, merged_into bigint,
    sort_key text, words text
) language sql stable as $$
    select s.contact_id, c.phone, c.state, c.country, c.language, c.zones, c.attributes, c.created_at, c.updated_at,
        c.external_id, c.zone_origin, c.merged_into, s.sort_key, s.words
    from contact_search as s
    join contact as c on c.id = s.contact_id and c.workspace_id = workspace
    where s.workspace_id = workspace
        and c.state = any(states)
        and c.merged_into is null
        and (countries is null or s.country = any(countries))
        -- A scalar question, not EXISTS: that would be answered from a hash of the whole list, a million members.
        and (contacts_narrowed.list is null or (
            select true from list_member as m
            where m.list_id = contacts_narrowed.list and m.contact_id = s.contact_id
        ))
        and (consents is null or consents @> array[coalesce((
            select k.state from consent as k where k.contact_id = s.contact_id and k.purpose = 'marketing'
        ), 'none')])
        and (few is null or s.contact_id = any(few))
        and (patterns is null or s.words like all (patterns))
        and (lows is null or exists (
            select from unnest(lows, highs) as r (lo, hi) where c.phone between r.lo and r.hi
        ))
$$;

-- What names a contact that goes, goes.
create function forget_merges_of_deleted_contacts() returns trigger language plpgsql as $$
begin
    delete from contact_merge where kept_id in (select id from gone) or gone_id in (select id from gone);
    delete from contact_distinct where lower_id in (select id from gone) or higher_id in (select id from gone);
    update attribute_change as a
    set examples = array(select e from unnest(a.examples) as e where e not in (select id from gone))
    where a.examples && array(select id from gone);
    return null;
end $$;
create trigger contact_deleted_merges after delete on contact
    referencing old table as gone for each statement execute function forget_merges_of_deleted_contacts();
