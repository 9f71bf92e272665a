-- Budgets that hold: what a campaign may cost, and all campaigns of a calendar month. Money is reserved by the planner, in
-- the transaction that writes the messages it is for, so that campaigns which draw on one budget at once cannot pass it.

create table campaign_budget (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    amount numeric(18, 6) not null check (amount > 0),
    currency char(3) not null
);
create index campaign_budget_workspace on campaign_budget (workspace_id);

create table month_limit (
    workspace_id bigint primary key references workspace,
    amount numeric(18, 6) not null check (amount > 0),
    currency char(3) not null
);

-- What is reserved under a budget, or spent. `account`: a campaign's id, or a month of the workspace's zone (`2026-11`).
create table spending (
    workspace_id bigint not null references workspace,
    account text not null,
    currency char(3) not null,
    amount numeric(18, 6) not null default 0,
    primary key (workspace_id, account, currency)
);

-- The same by run, so that what was reserved and not spent is given back when the run's cost is known.
create table run_spending (
    run_id bigint not null references campaign_run,
    workspace_id bigint not null references workspace,
    account text not null,
    currency char(3) not null,
    amount numeric(18, 6) not null,
    settled boolean not null default false,
    primary key (run_id, account, currency)
);

-- Since when the budget has not reached for the rest of the run.
alter table campaign_run add column short_at timestamptz;

-- Workspaces in which no campaign leaves before a second person has approved it.
create table approval_rule (
    workspace_id bigint primary key references workspace
);

-- What was asked of a second person. `mark` names the campaign as it was then: once it is changed, nothing is approved.
create table campaign_approval (
    campaign_id uuid primary key references campaign on delete cascade,
    workspace_id bigint not null references workspace,
    mark text not null,
    state text not null default 'asked' check (state in ('asked', 'approved', 'refused')),
    asked_by uuid not null,
    asked_at timestamptz not null,
    answered_by uuid,
    answered_at timestamptz,
    words text not null default '',
    check ((state = 'asked') = (answered_by is null)),
    check (answered_by is distinct from asked_by)
);
create index campaign_approval_asked on campaign_approval (workspace_id, asked_at) where state = 'asked';

do $$
declare
    t text;
begin
    foreach t in array array['campaign_budget', 'month_limit', 'spending', 'run_spending', 'approval_rule',
        'campaign_approval'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
    end loop;
end $$;
grant select, insert, update, delete on campaign_budget, month_limit, approval_rule, campaign_approval to chappe_web;
grant select on spending, run_spending to chappe_web;
