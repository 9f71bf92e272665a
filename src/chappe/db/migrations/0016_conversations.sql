-- Conversations with people, canned replies; imports begun on a page; what a lifted suppression rests on.

-- A conversation belongs to a number: who writes need not be a contact, and a contact may be made of them later.
-- One row is changed by every text that is no keyword, in the transaction that records it.
create table conversation (
    workspace_id bigint not null,
    phone bigint not null,
    -- 1 open, 2 closed
    state smallint not null default 1,
    assignee_id uuid,
    -- The sender they wrote to last: answers leave from it.
    sender_id uuid,
    -- Texts that nobody has looked at.
    unread integer not null default 0,
    -- The last words of either side, for the list.
    last_at timestamptz not null,
    last_text text not null,
    last_mine boolean not null,
    primary key (workspace_id, phone)
) with (fillfactor = 70);
-- The newest first, of everybody, of nobody, of one person.
create index conversation_recent on conversation (workspace_id, state, last_at desc, phone desc);
create index conversation_unassigned on conversation (workspace_id, last_at desc, phone desc)
    where state = 1 and assignee_id is null;
create index conversation_assigned on conversation (workspace_id, assignee_id, last_at desc, phone desc)
    where state = 1 and assignee_id is not null;
create index conversation_unread on conversation (workspace_id, assignee_id) where state = 1 and unread > 0;

-- Which person wrote which answer. `once` is the form's own number: a form that is sent twice is one answer.
create table conversation_reply (
    workspace_id bigint not null,
    once uuid not null,
    message_id bigint not null,
    phone bigint not null,
    user_id uuid not null,
    primary key (workspace_id, once)
);
create index conversation_reply_phone on conversation_reply (workspace_id, phone, message_id);

-- Answers kept for use again; `body` may name variables.
create table canned_reply (
    id uuid primary key,
    workspace_id bigint not null,
    name text not null,
    body text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (workspace_id, name)
);

do $$
declare
    t text;
begin
    foreach t in array array['conversation', 'conversation_reply', 'canned_reply'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;

-- What is wrong with a row, so that pages say it in their reader's language; `reason` stays the API's English.
alter table import_rejection add column code text, add column field text, add column value text;
-- Why an import as a whole failed, and where its consent was given.
alter table import add column error_code text;

-- Why a suppression was lifted, and the words of the new consent when a person's own STOP was.
alter table suppression add column lift_reason text;
create index suppression_recent on suppression (workspace_id, id) where lifted_at is null;
