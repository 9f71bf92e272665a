-- The one question that a doubtful text is answered with, and what a text was taken for.

-- While it waits, YES and NO of this number are its answer and nothing else. The suppression that was made with it
-- holds marketing and stays when nobody answers: silence leaves (47 CFR 64.1200(a)(12)).
create table optout_question (
    workspace_id bigint not null references workspace,
    phone bigint not null,
    -- The words that left the doubt.
    words text not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (workspace_id, phone)
);

alter table optout_question enable row level security;
create policy workspace_only on optout_question
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select, insert, update, delete on optout_question to chappe_web;

-- stop, start, help, ask, keep: null when the text asked for nothing. `keyword` says by which words.
alter table inbound add column reading text;
