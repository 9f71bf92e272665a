-- What a workspace decided about the rules: how it reads them, which unread ones it took upon itself, which it made
-- stricter or, above the legal minimum, looser. Who decided is in the audit trail.

create table rule_profile (
    workspace_id bigint primary key references workspace,
    profile text not null check (profile in ('legal_minimum', 'conservative')),
    updated_at timestamptz not null default now()
);

-- Of one wording of the rule: another has another fingerprint, and is to be acknowledged again.
create table rule_acknowledgement (
    workspace_id bigint not null references workspace,
    rule text not null,
    fingerprint text not null,
    acknowledged_at timestamptz not null default now(),
    primary key (workspace_id, rule, fingerprint)
);

create table rule_override (
    workspace_id bigint not null references workspace,
    rule text not null,
    -- In the shape of the rule's kind (rules/values.py).
    value jsonb not null,
    reason text not null,
    made_at timestamptz not null default now(),
    primary key (workspace_id, rule)
);

do $$
declare
    t text;
begin
    foreach t in array array['rule_profile', 'rule_acknowledgement', 'rule_override'] loop
        execute format('alter table %I enable row level security', t);
        execute format(
            'create policy workspace_only on %I using (workspace_id = (select nullif(current_setting(''chappe.workspace'', true), '''')::bigint))', t);
        execute format('grant select, insert, update, delete on %I to chappe_web', t);
    end loop;
end $$;
