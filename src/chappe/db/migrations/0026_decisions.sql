-- What decided, beside the reason: a rule, in the version of that day; and how a run's audience was decided.

-- `message.decision` is a code of gate/model.py (below 1,000) or the number of a ruling (from 1,000 on). So a stored
-- decision names its rule, and no row of the ledger is a byte longer. Rulings are few: a code, a rule and its version.
create table ruling (
    number smallint primary key check (number >= 1000),
    code smallint not null,
    rule text not null,
    version text not null,
    -- Where the rule could be read when it was first applied; empty for a workspace's own.
    source text not null,
    first_at timestamptz not null default now(),
    unique (code, rule, version)
);
grant select on ruling to chappe_web;

-- Appended by the transaction that plans a row of the audience, a line for each decision in it. They sum to the audience.
create table run_decision (
    workspace_id bigint not null,
    run_id bigint not null,
    decision smallint not null,
    n integer not null
);
create index run_decision_run on run_decision (run_id);
alter table run_decision enable row level security;
create policy workspace_only on run_decision
    using (workspace_id = (select nullif(current_setting('chappe.workspace', true), '')::bigint));
grant select on run_decision to chappe_web;
