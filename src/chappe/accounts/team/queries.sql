-- name: members_of
-- The people of a workspace, owners first, with when they were last seen in it and how many of their keys work.
select u.id as user_id, u.name, u.email, m.role, m.may_send, m.created_at as joined_at,
       (select max(s.seen_at) from web_session as s
        join workspace as w on w.id = s.workspace_id
        where s.user_id = u.id and coalesce(w.test_of, w.id) = $1) as seen_at,
       (select count(*) from api_key as k
        where k.workspace_id = $1 and k.created_by = u.id and k.revoked_at is null
          and (k.expires_at is null or k.expires_at > $2)) as keys
from membership as m join user_account as u on u.id = m.user_id
where m.workspace_id = $1
order by array_position(array['owner', 'admin', 'marketer', 'agent', 'analyst', 'developer'], m.role), u.name, u.id;

-- name: member_of
-- One person's place in a workspace.
select m.role, m.may_send, u.name, u.email from membership as m join user_account as u on u.id = m.user_id
where m.workspace_id = $1 and m.user_id = $2;

-- name: member_add
-- A person joins; no row when they belong already.
insert into membership (workspace_id, user_id, role, may_send) values ($1, $2, $3, $4)
on conflict (workspace_id, user_id) do nothing returning user_id;

-- name: member_change
-- Another role ($4, may send $5) for $3, asked for by $2. The owners are locked: of two who demote each other at once
-- the second finds the first gone. Only owners make or change owners, and one stays.
with owners as materialized (
    select user_id from membership where workspace_id = $1 and role = 'owner' order by user_id for update
)
update membership as m set role = $4, may_send = $5
where m.workspace_id = $1 and m.user_id = $3
  and ((m.role <> 'owner' and $4 <> 'owner') or $2 in (select user_id from owners))
  and ($4 = 'owner' or (select count(*) from owners where user_id <> $3) > 0)
returning m.user_id;

-- name: member_remove
-- $3 leaves, asked for by $2, under the same guard. Everybody may leave by themselves.
with owners as materialized (
    select user_id from membership where workspace_id = $1 and role = 'owner' order by user_id for update
)
delete from membership as m
where m.workspace_id = $1 and m.user_id = $3
  and (m.role <> 'owner' or $2 = $3 or $2 in (select user_id from owners))
  and (select count(*) from owners where user_id <> $3) > 0
returning m.role, m.may_send;

-- name: member_sessions_end
-- Who was removed is out at once, from the workspace and its test data.
delete from web_session as s using workspace as w
where s.user_id = $2 and w.id = s.workspace_id and coalesce(w.test_of, w.id) = $1;

-- name: invitation_put
-- An invitation; the e-mail's open one, if there is one, is replaced, and its link leads nowhere any more.
insert into invitation
    (id, workspace_id, email, role, may_send, token_hash, invited_by, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (workspace_id, email) where accepted_at is null and revoked_at is null do update set
    id = excluded.id, role = excluded.role, may_send = excluded.may_send, token_hash = excluded.token_hash,
    invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at;

-- name: invitation_revoke
-- Its link leads nowhere from now on; no row when it was used or revoked.
update invitation set revoked_at = $3
where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null
returning email;

-- name: invitations_open
-- Those not used and not revoked, the newest first; out of date ones too, so that they can be sent again.
select i.id, i.email, i.role, i.may_send, u.name as invited_by, i.created_at, i.expires_at
from invitation as i left join user_account as u on u.id = i.invited_by
where i.workspace_id = $1 and i.accepted_at is null and i.revoked_at is null
order by i.id desc limit 500;

-- name: invitation_by_token
-- What a link offers, while it can be accepted.
select i.id, i.workspace_id, w.name as workspace_name, i.email, i.role, i.may_send, u.name as invited_by,
       i.expires_at, exists (select from user_account as k where k.email = i.email) as known
from invitation as i
join workspace as w on w.id = i.workspace_id
left join user_account as u on u.id = i.invited_by
where i.token_hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2;

-- name: invitation_accept
-- Used: one of two who follow the link at once gets the row.
update invitation set accepted_at = $2
where id = $1 and accepted_at is null and revoked_at is null and expires_at > $2
returning id;

-- name: is_member
-- Whether the person with this e-mail belongs to the workspace.
select exists (select from membership as m join user_account as u on u.id = m.user_id
               where m.workspace_id = $1 and u.email = $2);

-- name: workspace_create
-- A brand, with what its maker's workspace has chosen for zone, country, language and currency.
insert into workspace (name, default_country, zone, language, currency)
select $1, w.default_country, w.zone, w.language, w.currency from workspace as w where w.id = $2
returning id;

-- name: workspaces_of
-- The workspaces a person belongs to, by name, each with its test data's.
select w.id, w.name, m.role, t.id as test_id,
       (select count(*) from membership as o where o.workspace_id = w.id) as members
from membership as m
join workspace as w on w.id = m.workspace_id
left join workspace as t on t.test_of = w.id
where m.user_id = $1 order by lower(w.name), w.id;

-- name: session_switch
-- The session goes on in a workspace that its person belongs to, or in that one's test data. Whom the provider
-- of one workspace let in stays there.
update web_session as s set workspace_id = w.id
from workspace as w
join membership as m on m.workspace_id = coalesce(w.test_of, w.id)
where s.token_hash = $1 and w.id = $2 and m.user_id = s.user_id
    and (s.via = 'password'
        or m.workspace_id = (select coalesce(h.test_of, h.id) from workspace as h where h.id = s.workspace_id))
returning s.workspace_id;
