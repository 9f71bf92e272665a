-- How often: caps by topic beside the workspace's own, over a month too, and how often one person wants to hear.

alter table cap drop constraint cap_pkey, drop constraint cap_days_check;
alter table cap add constraint cap_days_check check (days in (1, 7, 30));
-- Null: over all marketing of the workspace.
alter table cap add column topic_id uuid references topic;
create unique index cap_of on cap (workspace_id, topic_id, days) nulls not distinct;

-- What each promise is about, in the order of `at`: kept where its topic has a cap. Null: none of them is known.
alter table promised add column topics uuid[];
-- In order from now on: how many lie in a stretch is told by two places.
update promised set at = (select array_agg(t order by t) from unnest(at) as t) where cardinality(at) > 1;

-- Who set it: the person on their own page, somebody of the workspace, or a program.
alter table contact_preference add column source text not null default 'preferences'
    check (source in ('preferences', 'staff', 'api'));
-- Asked with each set of a campaign: is there anybody at all?
create index contact_preference_some on contact_preference (workspace_id) where per_week is not null;
