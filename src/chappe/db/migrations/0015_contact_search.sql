-- Contacts found while typing, sorted as French and English do; what happened to a contact; bulk actions.

-- How a contact is found and sorted, beside the contact itself: an import writes none of it (it is made when the
-- import is over: chappe/contacts/indexing.py), and to make it a contact's own row is not written again.
create table contact_search (
    workspace_id bigint not null,
    contact_id bigint not null,
    -- Family name first, as chappe/kit/folding.py makes it; by code points it sorts as people do.
    sort_key text collate "C" not null,
    -- ' anna dupont': the words of the name, each with a space before it.
    words text collate "C" not null,
    country char(2),
    -- The last four digits of the number.
    ending smallint not null,
    primary key (workspace_id, contact_id)
);
create index contact_search_name on contact_search (workspace_id, sort_key, contact_id);
create index contact_search_country on contact_search (workspace_id, country, contact_id);
create index contact_search_ending on contact_search (workspace_id, ending);

-- Each word of each contact, read by range: under row-level security an index serves only operators that are
-- leakproof, and those of trigrams and LIKE are not.
create table contact_word (
    workspace_id bigint not null,
    word text collate "C" not null,
    contact_id bigint not null,
    primary key (workspace_id, word, contact_id)
);

-- Contacts that were added or changed in great numbers and are not found by name yet, some thousands a row.
create table contact_unindexed (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    contact_ids bigint[] not null,
    at timestamptz not null default now()
);
create index contact_unindexed_workspace on contact_unindexed (workspace_id);

-- The few that are not active are listed by their state.
create index contact_seldom on contact (workspace_id, state, id) where state <> 1;

-- What people did to a contact. What imports, carriers and the contact did stands in its own tables.
create table contact_event (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    contact_id bigint not null,
    kind text not null,
    body jsonb not null default '{}',
    person_id uuid,
    person text,
    bulk_id uuid,
    at timestamptz not null default now()
);
create index contact_event_contact on contact_event (contact_id, id);
create index contact_event_bulk on contact_event (bulk_id, id) where bulk_id is not null;

-- Something done to all contacts that a filter names, by the worker, in batches: `cursor` is the last that was
-- looked at.
create table contact_bulk (
    id uuid primary key,
    workspace_id bigint not null,
    kind text not null,
    state text not null default 'queued',
    list_id uuid,
    -- The filter, or the contacts themselves.
    which jsonb not null,
    undoes uuid,
    person_id uuid,
    person text,
    cursor bigint not null default 0,
    total integer,
    done integer not null default 0,
    changed integer not null default 0,
    error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz
);
create index contact_bulk_recent on contact_bulk (workspace_id, id);
create index contact_bulk_waiting on contact_bulk (id) where state in ('queued', 'running');

-- A page's list narrowed to a consent reads its contacts along this; imports write it in order of key.
create index consent_state on consent (workspace_id, purpose, state, contact_id) where state <> 'granted';

-- A list that people deleted: its members leave in batches, imports and old campaigns still name it.
alter table list add column deleted_at timestamptz;
alter table list drop constraint list_workspace_id_name_key;
create unique index list_name on list (workspace_id, name) where deleted_at is null;

-- How lists grow and shrink, day by day: appended by each statement that changes members, folded by the worker. A
-- count of a million members takes longer than a page may.
create table list_delta (
    id bigint generated always as identity primary key,
    workspace_id bigint not null,
    list_id uuid not null,
    day date not null,
    joined integer not null,
    gone integer not null
);
create index list_delta_list on list_delta (list_id, day);
insert into list_delta (workspace_id, list_id, day, joined, gone)
select workspace_id, list_id, (added_at at time zone 'utc')::date, count(*), 0 from list_member group by 1, 2, 3;

create function note_joined() returns trigger language plpgsql as $$
begin
    insert into list_delta (workspace_id, list_id, day, joined, gone)
    select workspace_id, list_id, (now() at time zone 'utc')::date, count(*), 0 from added group by 1, 2;
    return null;
end $$;
create trigger list_member_joined after insert on list_member
    referencing new table as added for each statement execute function note_joined();

create function note_gone() returns trigger language plpgsql as $$
begin
    insert into list_delta (workspace_id, list_id, day, joined, gone)
    select workspace_id, list_id, (now() at time zone 'utc')::date, 0, count(*) from gone group by 1, 2;
    return null;
end $$;
create trigger list_member_gone after delete on list_member
    referencing old table as gone for each statement execute function note_gone();

do $$
declare
    t text;
begin
    foreach t in array array['contact_search', 'contact_word', 'contact_unindexed', 'contact_event', 'contact_bulk',
        'list_delta']
    loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
grant usage on all sequences in schema public to chappe_web;

-- What is known of a contact goes with it.
create or replace function forget_deleted_contacts() returns trigger language plpgsql as $$
begin
    delete from list_member where contact_id in (select id from gone);
    delete from consent where contact_id in (select id from gone);
    delete from contact_event where contact_id in (select id from gone);
    delete from contact_word as w using gone as g, contact_search as s
    where s.workspace_id = g.workspace_id and s.contact_id = g.id and w.workspace_id = s.workspace_id
        and w.word = any(string_to_array(s.words, ' ')) and w.contact_id = g.id;
    delete from contact_search as s using gone as g
    where s.workspace_id = g.workspace_id and s.contact_id = g.id;
    return null;
end $$;

-- Contacts as a page lists them, narrowed by states, countries, a list, states of marketing consent, keys, patterns
-- of words, ranges of numbers; null does not narrow. A statement that reads it is planned as if this text stood in
-- it (one query, no settings), so that its order and limit choose the index.
create function contacts_narrowed(
    workspace bigint, states smallint[], countries bpchar[], list uuid, consents text[], few bigint[],
    patterns text[], lows bigint[], highs bigint[]
) returns table (
    id bigint, phone bigint, state smallint, country char(2), language text, zones text, attributes jsonb,
    created_at timestamptz, updated_at timestamptz, sort_key text, words text
) language sql stable as $$
    select s.contact_id, c.phone, c.state, c.country, c.language, c.zones, c.attributes, c.created_at, c.updated_at,
        s.sort_key, s.words
    from contact_search as s
    join contact as c on c.id = s.contact_id and c.workspace_id = workspace
    where s.workspace_id = workspace
        and c.state = any(states)
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
