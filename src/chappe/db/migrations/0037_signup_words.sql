-- Words of the double opt-in: every version that people were asked in, and which of them waits for a yes.

-- A version is never changed: proofs name it. `texts`: all of them, by language and kind, ours where the workspace had
-- none of its own.
create table opt_in_version (
    workspace_id bigint not null references workspace,
    version integer not null check (version > 0),
    texts jsonb not null,
    saved_at timestamptz not null default now(),
    primary key (workspace_id, version)
);
alter table opt_in_version enable row level security;
create policy workspace_only on opt_in_version
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert on opt_in_version to chappe_web;

-- 0: the texts that every workspace begins with.
alter table opt_in_setting add column version integer not null default 0;

-- What the person was asked, as it was sent, and in which version: it stands in the proof of their yes.
alter table opt_in
    add column question text not null default '',
    add column version integer not null default 0;

-- What a single message is about, as the word of the topic: it is looked at again when the message leaves. None: offers,
-- for marketing, and else nothing. Messages of a campaign have the campaign's.
create table message_topic (
    id bigint primary key,
    workspace_id bigint not null references workspace,
    word text not null
);
alter table message_topic enable row level security;
create policy workspace_only on message_topic
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert on message_topic to chappe_web;
