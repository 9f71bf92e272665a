-- name: mail_add
-- A mail, in the transaction that has a reason for it.
insert into outgoing_mail (id, workspace_id, user_id, owners_only, kind, recipient, subject, body)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: mail_claim
-- The next mail that is due is being sent, by whoever asked first.
update outgoing_mail set state = 'sending', attempts = attempts + 1, due_at = $1::timestamptz + $2::interval
where id = (
    select id from outgoing_mail where state = 'waiting' and due_at <= $1
    order by due_at limit 1 for update skip locked
)
returning id, recipient, subject, body, attempts;

-- name: mail_sent
-- The server has it: the body has done its work.
update outgoing_mail set state = 'sent', sent_at = $2, body = null, error = null
where id = $1 and state = 'sending';

-- name: mail_later
-- Not taken this time; it waits until then.
update outgoing_mail set state = 'waiting', due_at = $2, error = $3 where id = $1 and state = 'sending';

-- name: mail_failed
-- Never taken.
update outgoing_mail set state = 'failed', error = $2 where id = $1 and state = 'sending';

-- name: mail_unknown
-- The server's answer got lost.
update outgoing_mail set state = 'unknown', error = $2 where id = $1 and state = 'sending';

-- name: mails_abandoned
-- Whoever sent these has gone, in the middle of it or before.
update outgoing_mail set state = 'unknown', error = 'interrupted' where state = 'sending' and due_at <= $1;

-- name: mails_keep
-- There is no server to send by: the mailbox shows them.
update outgoing_mail set state = 'kept' where state = 'waiting';

-- name: mail_again
-- A person says that it should go, once more.
update outgoing_mail set state = 'waiting', due_at = $2, attempts = 0
where id = $1 and state in ('failed', 'unknown', 'kept') and body is not null
returning id;

-- name: mails_of
-- What the mailbox shows: the workspace's mails; of mails to a person (they may open an account) those of
-- people who are in no workspace but the reader's own ones.
select m.id, m.kind, m.recipient, m.subject, m.state, m.created_at, m.sent_at, m.error,
    m.body is not null as readable
from outgoing_mail as m
where ($4::uuid is null or m.id < $4) and ($5::uuid is null or m.id = $5)
    and (m.workspace_id = $1 or exists (
        select from membership as here where here.user_id = m.user_id and here.workspace_id = $1))
    and (not m.owners_only or exists (
        select from membership as me where me.user_id = $2 and me.workspace_id = $1 and me.role = 'owner'))
    and (m.user_id is null or m.user_id = $2 or not exists (
        select from membership as theirs
        where theirs.user_id = m.user_id and not exists (
            select from membership as mine
            where mine.user_id = $2 and mine.workspace_id = theirs.workspace_id and mine.role = 'owner')))
order by m.id desc limit $3;

-- name: mail_body
-- The sealed body of a mail.
select body from outgoing_mail where id = $1;

-- name: mails_sweep
-- Mails nobody will look for.
delete from outgoing_mail where created_at < $1 and state <> 'sending';
