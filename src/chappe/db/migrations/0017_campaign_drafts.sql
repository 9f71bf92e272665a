-- Campaigns written step by step, and what their reports tell.

-- A draft has its sender when the person has come to that step; what is sent has one.
alter table campaign alter sender_id drop not null;
alter table campaign alter body set default '';
alter table campaign add constraint campaign_has_sender check (state in ('draft', 'canceled') or sender_id is not null);
-- The place of a campaign in time: when it began, else when it is to begin, else when it was written.
alter table campaign add column moment timestamptz not null
    generated always as (coalesce(started_at, send_at, created_at)) stored;
-- Why it waits for a person, as a word that pages translate; `error` says the same in English.
alter table campaign add column error_code text;

create index campaign_moment on campaign (workspace_id, moment, id);

-- What the run cost, by currency, once nothing is submitted any more: [{"currency": "EUR", "amount": "12.34"}].
-- Before that a range is shown, because which price each part had is not counted while it is sent.
alter table campaign_run add column cost jsonb;
create index campaign_run_unpriced on campaign_run (id) where cost is null;

-- When a run's counts changed. Deltas know their moment, and folding adds them up by the minute, so that the
-- chart of a campaign of millions is a few hundred rows.
alter table run_delta add column at timestamptz not null default now();
create table run_minute (
    workspace_id bigint not null,
    run_id bigint not null references campaign_run,
    minute timestamptz not null,
    state smallint not null,
    n bigint not null,
    primary key (run_id, minute, state)
);
alter table run_minute enable row level security;
create policy workspace_only on run_minute
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select on run_minute to chappe_web;

-- Which message a text answers: the last that its sender had from this number in the week before. An id names its
-- campaign, whose messages are one range, so the replies to a campaign are a range of this index.
alter table inbound add column answers bigint;
alter table inbound add column matched boolean not null default false;
create index inbound_answers on inbound (workspace_id, answers, id) where answers is not null;
create index inbound_unmatched on inbound (id) where not matched;
