-- name: link_row
-- The owner of a link, locked.
select owner, lease_until < now() as ended from link where carrier_number = $1 for update;

-- name: end_former_owner
-- The sessions of an owner whose lease is over. A process that is stopped, or cut off, may hold locks in the middle of
-- a transaction, and for as long as it lives: on this link, on its chunks, on keys of rows that the next owner writes.
select pg_terminate_backend(a.pid)
  from link l
  join pg_stat_activity a on a.application_name = 'chappe sender ' || split_part(l.owner, ':', 2)
 where l.carrier_number = $1 and l.owner <> $2::text and l.lease_until < now()
   and a.datname = current_database() and a.usename = current_user;

-- name: take_link
-- Own a link. The token grows, so that whatever the former owner still writes matches no row.
insert into link (carrier_number, workspace_id, owner, token, lease_until, state, heartbeat_at, changed_at)
values ($1, $2, $3::text, 1, now() + $4::float8 * interval '1 second', 'connecting', now(), now())
on conflict (carrier_number) do update
   set owner = excluded.owner, token = link.token + 1, lease_until = excluded.lease_until,
       state = 'connecting', detail = null, heartbeat_at = now(), changed_at = now()
 where link.owner is null or link.owner = excluded.owner or link.lease_until is null or link.lease_until < now()
returning token;

-- name: renew_link
-- Prolong a lease and report: one statement, so that a link that is seen bound is also owned.
update link
   set lease_until = now() + $3::float8 * interval '1 second', heartbeat_at = now(),
       changed_at = case when state = $4::text then changed_at else now() end,
       state = $4::text, detail = $5::text,
       submitted = submitted + $6::bigint, answered = answered + $7::bigint, refused = refused + $8::bigint,
       throttled = throttled + $9::bigint, receipts = receipts + $10::bigint, inbound = inbound + $11::bigint
 where carrier_number = $1 and token = $2
returning token;

-- name: exchanges_add
-- What a link said and heard since the last report, while its owner holds it.
insert into link_exchange (workspace_id, carrier_number, at, way, operation, status, parts, number, detail)
select l.workspace_id, l.carrier_number, e.*
  from link as l,
       unnest($3::timestamptz[], $4::text[], $5::text[], $6::bigint[], $7::integer[], $8::text[], $9::text[]) as e
 where l.carrier_number = $1 and l.token = $2;

-- name: exchanges_drop
-- All but the newest of a link: a log to look at, not a record.
delete from link_exchange
 where carrier_number = $1
   and id < (select id from link_exchange where carrier_number = $1 order by id desc offset 2000 limit 1);

-- name: release_link
-- Give a link up at a clean stop.
update link set owner = null, lease_until = null, state = 'down', detail = null, changed_at = now()
 where carrier_number = $1 and token = $2;

-- name: explain_links
-- Why nobody takes these links, for those who ask; once, and not over a link that is held.
update link set detail = $2
 where carrier_number = any($1::integer[]) and detail is distinct from $2
   and (lease_until is null or lease_until < now());

-- name: live_links
-- Links that can send: bound, and seen so within five seconds.
select carrier_number from link where state = 'bound' and heartbeat_at > now() - interval '5 seconds';

-- name: held
-- Whether the installation waits for a person (after a restore).
select exists (select 1 from instance where held_at is not null);

-- name: instance_id
-- Part of the owner's name of a lease.
select instance_id from instance;

-- name: ping
-- Proves that what was committed before it has been announced.
select 1;

-- name: tell_chunks_done
-- The worker looks whether a run has ended.
select pg_notify('chappe_chunk_done', '');

-- name: join_by_hash
-- For the rest of the transaction: no join that is quadratic when a table's statistics are out of date, and no plan
-- made anew for each array (8 ms for one of 5,000 values).
select set_config('enable_nestloop', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true);

-- name: claim_chunks
-- Lease ready chunks by lane, then age. One index range per (lane, route): the lateral keeps each short however
-- many chunks wait. A route's share says which chunks that shun a carrier are this link's ($4 routes, $5 alone,
-- $6 the carrier they must shun). A link carries its own workspace's alone: test data have simulated carriers only.
-- Where numbers are known by hashes whose key is not among ours ($9), nobody can tell who must not be written to: the
-- answers to STOP and HELP alone (lane 2) leave, as they would in any case.
with fence as (
    select workspace_id, exists (
            select 1 from suppression_scheme h
             where h.workspace_id = link.workspace_id and h.key_id <> all ($9::text[])
               and exists (select 1 from suppression s
                            where s.scheme_id = h.id and s.phone is null and s.lifted_at is null)) as blind
      from link
     where carrier_number = $1 and token = $2 and lease_until > now()
       and not exists (select 1 from instance where held_at is not null)
), wanted as materialized (
    select c.id, c.lane, c.due_at
      from fence
     cross join unnest($3::smallint[]) as l (lane)
     cross join unnest($4::uuid[], $5::boolean[], $6::int[]) as r (route_id, alone, other)
     cross join lateral (
            select c.id, c.lane, c.due_at
              from chunk c
             where c.state = 0 and c.lane = l.lane and (not fence.blind or l.lane = 2) and c.route_id = r.route_id and c.due_at <= $7
               and c.workspace_id = fence.workspace_id
               and case when r.other is null then r.alone or c.not_carrier is distinct from $1
                        else c.not_carrier = r.other end
               and (c.run_id is null or exists (
                        select 1 from campaign_run u join campaign g on g.id = u.campaign_id
                         where u.id = c.run_id and g.state = 'sending'))
             order by c.due_at, c.id
             limit $8) as c
     order by c.lane, c.due_at, c.id
     limit $8
), locked as (
    select c.id from chunk c join wanted w on w.id = c.id where c.state = 0 for update of c skip locked
), taken as (
    update chunk c set state = 1, carrier_number = $1, token = $2
      from locked where c.id = locked.id
    returning c.*
)
select t.id, t.workspace_id, t.run_id, t.route_id, t.source, t.lane, t.lo, t.hi, t.due_at, t.window_end, t.zones,
       t.expires_at, t.attempt, t.not_carrier, t.token, u.campaign_id, u.base_id as run_lo, u.total as run_total,
       g.parts_per_second as campaign_rate
  from taken t
  left join campaign_run u on u.id = t.run_id
  left join campaign g on g.id = u.campaign_id
 order by t.lane, t.due_at, t.id;

-- name: leased_chunks
-- What an earlier session left leased to this link (2: to be canceled, and leased all the same).
select t.id, t.workspace_id, t.run_id, t.route_id, t.source, t.lane, t.lo, t.hi, t.due_at, t.window_end, t.zones,
       t.expires_at, t.attempt, t.not_carrier, t.token, u.campaign_id, u.base_id as run_lo, u.total as run_total,
       g.parts_per_second as campaign_rate
  from chunk t
  left join campaign_run u on u.id = t.run_id
  left join campaign g on g.id = u.campaign_id
 where t.carrier_number = $1 and t.state in (1, 2)
 order by t.lane, t.due_at, t.id;

-- name: adopt_chunks
-- Put this session's token on them.
with fence as (
    select 1 from link where carrier_number = $1 and token = $2 for share
), adopted as (
    update chunk set token = $2 from fence where carrier_number = $1 and state in (1, 2)
)
select count(*) from fence;

-- name: outgoing
-- Messages of the chunks ($1 lo, $2 hi) that have no state yet: a line per chunk, a column an array, for one value at
-- a time costs more than reading the row. Both sides of the anti-join are bounded: a join that is bounded on one side
-- reads the state index from its start; of a chunk that nobody has begun no row is looked up. Service messages pass a
-- suppression, marketing stops at any scope, the rest at scope "all". `hashed`: numbers were forgotten since the chunk
-- was planned, and an hour before, in which the planner's transaction may have been open. `about`, where anybody of the
-- workspace has left a topic: the topic of the chunk's campaign; a single message may have one of its own. `gone`: of
-- who left it.
-- `turned`: contacts of the workspace were blocked, archived or given another number; whose message it is decides.
select m.*, exists (
        select 1 from suppression_scheme h, lateral (
               select o.workspace_id, o.created_at from message o
                where o.id >= c.lo and o.id < c.hi order by o.id limit 1) as first
         where h.workspace_id = first.workspace_id and h.changed_at > first.created_at - interval '1 hour') as hashed
  from unnest($1::bigint[], $2::bigint[]) with ordinality as c (lo, hi, n)
 cross join lateral (
        select exists (select 1 from message_state s where s.id >= c.lo and s.id < c.hi) as begun,
               exists (select 1 from topic_leaving l
                        where l.word = 'contact'
                          and l.workspace_id = (select o.workspace_id from message o
                               where o.id >= c.lo and o.id < c.hi order by o.id limit 1)) as turned) as b
  left join lateral (
        select g.id is null as single,
               case when g.topic_id is not null then 'topic:' || g.topic_id when g.purpose = 5 then 'marketing' end as word
          from (select o.workspace_id, o.run_id from message o where o.id >= c.lo and o.id < c.hi order by o.id limit 1) o
          left join campaign_run r on r.id = o.run_id
          left join campaign g on g.id = r.campaign_id
         where exists (select 1 from topic_leaving l where l.workspace_id = o.workspace_id)) as about on true
 cross join lateral (
        select array_agg(m.id order by m.id) as ids, array_agg(m.phone order by m.id) as phones,
               array_agg(m.body order by m.id) as bodies,
               array_agg(m.id) filter (where m.parts <> 1) as long,
               array_agg(m.parts) filter (where m.parts <> 1) as parts,
               array_agg(m.id) filter (where m.expires_at is not null) as expiring,
               array_agg(m.expires_at) filter (where m.expires_at is not null) as expiries,
               array_agg(m.id) filter (
                    where m.purpose <> 2 and exists (
                          select 1 from suppression p
                           where p.workspace_id = m.workspace_id and p.phone = m.phone and p.lifted_at is null
                             and (p.scope = 'all' or m.purpose = 5))
                       or b.turned and m.purpose <> 2 and m.contact_id is not null and exists (
                          select 1 from topic_leaving l
                           where l.workspace_id = m.workspace_id and l.phone = m.phone and l.word = 'contact')
                       and not exists (
                          select 1 from contact k
                           where k.id = m.contact_id
                             and (k.state = 1 and k.phone = m.phone or m.purpose <> 5 and k.state <> 2))
               ) as suppressed,
               array_agg(m.id) filter (
                    where about.word is not null and exists (
                          select 1 from topic_leaving l
                           where l.workspace_id = m.workspace_id and l.phone = m.phone and l.word = about.word)
                       or about.single is true and exists (
                          select 1 from topic_leaving l
                           where l.workspace_id = m.workspace_id and l.phone = m.phone
                             and l.word = coalesce((select t.word from message_topic t where t.id = m.id),
                                                   case when m.purpose = 5 then 'marketing' end))
               ) as gone
          from message m
         where m.id >= c.lo and m.id < c.hi and m.body is not null
           and not (b.begun and exists (
                    select 1 from message_state s where s.id = m.id and s.id >= c.lo and s.id < c.hi))
       ) as m
 order by c.n;

-- name: suppressed_now
-- Scopes in force for these numbers; "all" wins, then "marketing". "topic": a topic was left, `outgoing` knows which.
select phone, min(scope) as scope from (
    select phone, scope from suppression
     where workspace_id = $1 and phone = any($2::bigint[]) and lifted_at is null
    union all
    select phone, 'topic' from topic_leaving where workspace_id = $1 and phone = any($2::bigint[])
) as held group by phone;

-- name: campaign_states
-- What held chunks must know of their campaigns.
select id, state = 'sending' as sending, parts_per_second from campaign where id = any($1::uuid[]);

-- name: settle
-- All but the state rows of a flush, in one statement of the same transaction: the fence (its lock makes a new
-- owner wait for this commit), finished chunks, what is left of them, counts, exceptions.
with fence as (
    select 1 from link where carrier_number = $1 and token = $2 for share
), finished as (
    delete from chunk
     where id = any($3::bigint[]) and carrier_number = $1 and token = $2 and state in (1, 2)
    returning *
), again as (
    insert into chunk (workspace_id, run_id, route_id, source, lane, lo, hi, due_at, window_end, zones, expires_at,
                       attempt, not_carrier)
    select f.workspace_id, f.run_id, f.route_id, f.source, f.lane, r.lo, r.hi, r.due_at, r.window_end, f.zones,
           f.expires_at, r.attempt, r.not_carrier
      from unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[], $8::timestamptz[], $9::smallint[],
                  $10::int[]) as r (parent, lo, hi, due_at, window_end, attempt, not_carrier)
      join finished f on f.id = r.parent
), counted as (
    insert into run_delta (workspace_id, run_id, state, reason, n, parts)
    select * from unnest($11::bigint[], $12::bigint[], $13::smallint[], $14::text[], $15::int[], $16::int[])
), noted as (
    insert into message_exception (id, workspace_id, run_id, state)
    select * from unnest($17::bigint[], $18::bigint[], $19::bigint[], $20::smallint[])
    on conflict do nothing
)
select (select count(*) from fence) as fence, (select count(*) from finished) as finished;

-- name: has_state
-- Whether a flush whose answer was lost had been committed: its rows are all there or none is.
select exists (select 1 from message_state where id = $1);

-- name: has_chunk
-- The same, for a flush that only finished chunks.
select exists (select 1 from chunk where id = $1 and carrier_number = $2 and token = $3);

-- name: late_answers
-- Accepted after all: a message that was given up as unknown has its provider id.
update message_state s set state = 3, provider_id = r.provider_id, reason = null
  from unnest($1::bigint[], $2::text[]) as r (id, provider_id)
 where s.id = r.id and s.id = any($1::bigint[]) and s.id >= $3 and s.id <= $4 and s.state = 11 and s.provider_id is null
returning s.id, s.workspace_id;

-- name: apply_delivered
-- Receipts that say "delivered", of messages of one part that are still "sent": nearly all. Rows counted: fewer than
-- given means that some need the long way (apply_receipts). The bounds name the partitions, any() makes the index
-- answer.
update message_state s
   set state = 4, done_mask = 1, done_at = $4
 where s.id = any($1::bigint[]) and s.id >= $5 and s.id <= $6 and s.state = 3 and s.more_ids is null
   and exists (select 1 from link where carrier_number = $2 and token = $3);

-- name: apply_plain_receipts
-- The same for final receipts that say something else.
update message_state s
   set state = r.state, done_mask = 1, failed_mask = case when r.state = 4 then 0 else 1 end,
       reason = r.reason, done_at = $4
  from unnest($1::bigint[], $7::smallint[], $8::text[]) as r (id, state, reason)
 where s.id = r.id and s.id = any($1::bigint[]) and s.id >= $5 and s.id <= $6 and s.state = 3 and s.more_ids is null
   and exists (select 1 from link where carrier_number = $2 and token = $3);

-- name: apply_receipts
-- Final receipts of any message. A bit once delivered stays; a state never goes back, but for undelivered (5) that
-- a later receipt turns to delivered (4). Returns what was found: a missing row has no line.
with r as (
    select * from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::smallint[], $6::text[])
               as r (id, pdus, done, failed, state, reason)
), old as (
    select s.id, s.workspace_id, s.state, r.pdus, r.state as said, r.reason,
           s.done_mask | r.done as done,
           ((s.failed_mask | (r.failed & ~(s.done_mask & ~s.failed_mask))) & ~(r.done & ~r.failed)) as failed
      from r
      join message_state s on s.id = r.id and s.id = any($1::bigint[]) and s.id >= $7 and s.id <= $8
       for update of s
), new as (
    select o.id, o.workspace_id, o.state as old, o.done, o.failed, o.reason,
           case when o.state in (3, 11) and o.failed <> 0 and o.said <> 4 then o.said
                when o.state in (3, 11) and o.failed <> 0 then 5
                when o.state in (3, 5, 11) and o.failed = 0
                     and o.done = ((1::bigint << o.pdus) - 1)::int then 4
                else o.state end as new
      from old o
), changed as (
    update message_state s
       set state = n.new, done_mask = n.done, failed_mask = n.failed,
           reason = case when n.new = n.old then s.reason when n.new = 4 then null else n.reason end,
           done_at = case when n.new = n.old then s.done_at else $9 end
      from new n
     where s.id = n.id and s.id = any($1::bigint[]) and s.id >= $7 and s.id <= $8
       and (s.state <> n.new or s.done_mask <> n.done or s.failed_mask <> n.failed)
)
select id, old, new from new;

-- name: add_deltas
-- Counts of runs, to be folded.
insert into run_delta (workspace_id, run_id, state, reason, n, parts)
select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::int[], $6::int[]);

-- name: add_exceptions
-- Messages that need a person's eye.
insert into message_exception (id, workspace_id, run_id, state)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[])
on conflict do nothing;

-- name: fence
-- The link is still this session's.
select exists (select 1 from link where carrier_number = $1 and token = $2);

-- name: park_receipts
-- Receipts of messages that are not known yet. None when the link has a new owner, which has read those before:
-- it would never learn of these.
with fence as (
    select 1 from link where carrier_number = $2 and token = $8 for share
)
insert into receipt_parked (workspace_id, carrier_number, provider_id, canonical, state, error, done_at)
select $1, $2, r.provider_id, r.canonical, r.state, r.error, r.done_at
  from fence
 cross join unnest($3::text[], $4::text[], $5::smallint[], $6::text[], $7::timestamptz[])
       with ordinality as r (provider_id, canonical, state, error, done_at, n)
 order by r.n
returning id;

-- name: parked_receipts
-- Those still waiting, the latest first.
select id, provider_id, canonical, state, error, done_at from receipt_parked
 where carrier_number = $1 and received_at > $2
 order by id desc limit 100000;

-- name: unpark_receipts
-- Applied at last.
delete from receipt_parked where id = any($1::bigint[]);

-- name: forget_parked_receipts
-- Too old: their message was never ours.
delete from receipt_parked where carrier_number = $1 and received_at < $2;

-- name: receipt_days
-- Partitions of these days, the latest first: whether they are indexed by provider id.
select day, bytes, indexed from receipt_days($1, $2) where bytes > 0;

-- name: sent_by_index
-- Messages of a day by provider id, of any part.
select id, provider_id, more_ids from sent_by_index($1, $2, $3);

-- name: sent_by_scan
-- The same, of a day that has no index.
select id, provider_id, more_ids from sent_by_scan($1, $2, $3);

-- name: ask_receipt_index
-- A day should be indexed for late receipts: the worker is told once. Whether that was long ago.
with asked as (
    insert into late_receipt_day (day) values ($1) on conflict do nothing returning day
), told as (
    select pg_notify('chappe_late_receipts', day::text) from asked
)
select exists (select from late_receipt_day where day = $1 and asked_at < now() - interval '2 minutes')
  from (select count(*) from told) as one;

-- name: latest_state
-- The last message below $2 that has a state, not before $1.
select max(id) from message_state where id >= $1 and id < $2;

-- name: sent_between
-- Messages that a receipt can still change (sent, undelivered, unknown with an id of some part), the latest first.
select id, provider_id, more_ids, state = 5 as failed from message_state
 where id >= $2 and id < $3 and carrier_number = $1 and state in (3, 5, 11) and provider_id is not null
 order by id desc;

-- name: runs_between
-- Runs whose ids meet a range.
select base_id as lo, base_id + total as hi, id as run_id, workspace_id from campaign_run
 where base_id < $2 and base_id + total > $1
 order by base_id;

-- name: seen_inbound
-- Texts of these fingerprints that another session recorded lately: the carrier delivers again what was not answered.
-- `followed`: the person has written something else since.
select distinct on (i.fingerprint) i.fingerprint, exists (
        select from inbound l where l.phone = i.phone and l.id > i.id and l.fingerprint <> i.fingerprint
    ) as followed
  from inbound i
 where i.fingerprint = any($1::bytea[]) and i.received_at > now() - interval '1 hour' and i.session <> $2
 order by i.fingerprint, i.id desc;

-- name: keep_part
-- A part of a long text; a second copy changes nothing.
insert into inbound_part (carrier_number, source, destination, reference, total, number, workspace_id, body)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing;

-- name: parts_of
-- The parts that are here, in order. Older than a day they are of another text: references come round.
select number, body from inbound_part
 where carrier_number = $1 and source = $2 and destination = $3 and reference = $4 and total = $5
   and received_at > now() - interval '1 day'
 order by number;

-- name: forget_parts
-- The text is whole.
delete from inbound_part
 where carrier_number = $1 and source = $2 and destination = $3 and reference = $4 and total = $5;

-- name: add_inbound
-- Texts as they came; ids in the order given.
insert into inbound (workspace_id, carrier_number, session, phone, source, destination, sender_id, contact_id, body,
                     fingerprint)
select $1, $2, $3, r.phone, r.source, r.destination, r.sender_id, r.contact_id, r.body, r.fingerprint
  from unnest($4::bigint[], $5::text[], $6::text[], $7::uuid[], $8::bigint[], $9::text[], $10::bytea[])
       with ordinality as r (phone, source, destination, sender_id, contact_id, body, fingerprint, n)
 order by r.n
returning id;

-- name: mark_inbound
-- What a text was taken for, and by which word.
update inbound i set keyword = r.keyword, reading = r.reading, handled_at = now()
  from unnest($1::bigint[], $2::text[], $3::text[]) as r (id, keyword, reading)
 where i.id = r.id;
