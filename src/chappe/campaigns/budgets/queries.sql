-- name: of_campaign
-- What a campaign may cost, with what is reserved of it.
select b.amount, b.currency, coalesce(s.amount, 0) as used from campaign_budget b
left join spending s on s.workspace_id = b.workspace_id and s.account = b.campaign_id::text and s.currency = b.currency
where b.workspace_id = $1 and b.campaign_id = $2;

-- name: save
-- Another budget of a campaign, whatever its state: it may be raised while it waits.
insert into campaign_budget (campaign_id, workspace_id, amount, currency) values ($2, $1, $3, $4)
on conflict (campaign_id) do update set amount = excluded.amount, currency = excluded.currency;

-- name: remove
-- No budget of its own any more.
delete from campaign_budget where workspace_id = $1 and campaign_id = $2;

-- name: copy
-- The same for another campaign.
insert into campaign_budget (campaign_id, workspace_id, amount, currency)
select $3, workspace_id, amount, currency from campaign_budget where workspace_id = $1 and campaign_id = $2;

-- name: of_month
-- What the campaigns of a month may cost, with what is reserved of it; $2: the month.
select l.amount, l.currency, coalesce(s.amount, 0) as used from month_limit l
left join spending s on s.workspace_id = l.workspace_id and s.account = $2 and s.currency = l.currency
where l.workspace_id = $1;

-- name: save_month
-- Another limit from now on.
insert into month_limit (workspace_id, amount, currency) values ($1, $2, $3)
on conflict (workspace_id) do update set amount = excluded.amount, currency = excluded.currency;

-- name: remove_month
-- No limit of a month.
delete from month_limit where workspace_id = $1;

-- name: limits
-- The budgets that a run draws on; $3: the moment.
select b.campaign_id::text as account, b.amount, b.currency from campaign_budget b
where b.workspace_id = $1 and b.campaign_id = $2
union all
select to_char($3::timestamptz at time zone w.zone, 'YYYY-MM'), l.amount, l.currency
from month_limit l join workspace w on w.id = l.workspace_id where l.workspace_id = $1;

-- name: open_accounts
-- A row to lock for each.
insert into spending (workspace_id, account, currency)
select $1, a, c from unnest($2::text[], $3::text[]) as x (a, c) on conflict do nothing;

-- name: lock_accounts
-- What is reserved of each, until this transaction ends; always in one order.
select s.amount from spending s
join unnest($2::text[], $3::text[]) as x (account, currency) on x.account = s.account and x.currency = s.currency
where s.workspace_id = $1 order by s.account, s.currency for update of s;

-- name: draw
-- Reserve so much of each; and note it with the run.
with drawn as (
    update spending s set amount = s.amount + x.amount
    from unnest($2::text[], $3::text[], $4::numeric[]) as x (account, currency, amount)
    where s.workspace_id = $1 and s.account = x.account and s.currency = x.currency
)
insert into run_spending as r (run_id, workspace_id, account, currency, amount)
select $5, $1, x.account, x.currency, x.amount from unnest($2::text[], $3::text[], $4::numeric[]) as x (account, currency, amount)
on conflict (run_id, account, currency) do update set amount = r.amount + excluded.amount;

-- name: settle
-- A run cost so much ($2 currencies, $3 amounts) of what it had reserved: the rest is given back. Of a run that drew on
-- two months each keeps its share.
with told as (
    select r.account, r.currency, r.workspace_id, r.amount as reserved,
        coalesce(x.amount, 0) * r.amount / nullif(sum(r.amount) over (partition by r.currency, length(r.account)), 0) as spent
    from run_spending r left join unnest($2::text[], $3::numeric[]) as x (currency, amount) on x.currency = r.currency
    where r.run_id = $1 and not r.settled
), given_back as (
    update spending s set amount = s.amount + coalesce(t.spent, 0) - t.reserved
    from told t where s.workspace_id = t.workspace_id and s.account = t.account and s.currency = t.currency
)
update run_spending r set amount = coalesce(t.spent, 0), settled = true
from told t where r.run_id = $1 and r.account = t.account and r.currency = t.currency;

-- name: fall_short
-- The budget does not reach for the run's next messages; no row when that is known.
update campaign_run set short_at = $2 where id = $1 and short_at is null returning campaign_id;

-- name: go_on
-- Runs of a workspace, or of one campaign, look again whether their budget reaches; the campaigns they are of.
update campaign_run r set short_at = null
where r.workspace_id = $1 and r.short_at is not null and ($2::uuid is null or r.campaign_id = $2) returning r.campaign_id;

-- name: waiting
-- How many of a campaign's people wait for money.
select coalesce(sum(cardinality(s.contacts)), 0)::integer from campaign_run r join run_snapshot s on s.run_id = r.id
where r.workspace_id = $1 and r.campaign_id = $2 and r.short_at is not null;

-- name: has_limit
-- Whether a campaign draws on any budget.
select exists (select from campaign_budget where workspace_id = $1 and campaign_id = $2)
    or exists (select from month_limit where workspace_id = $1);

-- name: look_again
-- Runs that fell short before $1 look again: a month may have begun, or another campaign given money back.
update campaign_run set short_at = null where short_at < $1 returning campaign_id;
