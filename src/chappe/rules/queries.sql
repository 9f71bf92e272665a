-- name: choices
-- Everything a workspace decided about the rules, in one row: its profile, what it acknowledged, what it replaced.
select
    (select p.profile from rule_profile as p where p.workspace_id = $1) as profile,
    (select coalesce(array_agg(a.rule || ' ' || a.fingerprint order by a.rule, a.fingerprint), '{}')
        from rule_acknowledgement as a where a.workspace_id = $1) as acknowledged,
    (select coalesce(array_agg(o.rule order by o.rule), '{}')
        from rule_override as o where o.workspace_id = $1) as replaced,
    (select coalesce(array_agg(o.value::text order by o.rule), '{}')
        from rule_override as o where o.workspace_id = $1) as replacements;

-- name: choose_profile
-- Read the rules in this way from now on.
insert into rule_profile (workspace_id, profile) values ($1, $2)
on conflict (workspace_id) do update set profile = excluded.profile, updated_at = now()
where rule_profile.profile <> excluded.profile
returning profile;

-- name: acknowledge
-- Take a rule that nobody verified upon oneself, in this wording; no row when that was done before.
insert into rule_acknowledgement (workspace_id, rule, fingerprint) values ($1, $2, $3)
on conflict do nothing
returning rule;

-- name: override
-- Put another value in the place of a rule's.
insert into rule_override (workspace_id, rule, value, reason) values ($1, $2, $3::text::jsonb, $4)
on conflict (workspace_id, rule) do update
set value = excluded.value, reason = excluded.reason, made_at = now();

-- name: restore
-- Follow the pack again; no row when nothing had been put in its place.
delete from rule_override where workspace_id = $1 and rule = $2 returning rule;

-- name: overrides
-- What stands in the place of rules, and why.
select rule, reason, made_at from rule_override where workspace_id = $1 order by rule;

-- name: acknowledgements
-- When each rule was acknowledged.
select rule, fingerprint, acknowledged_at from rule_acknowledgement where workspace_id = $1 order by rule;
