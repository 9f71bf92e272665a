-- A number's messages, newest first. The index on (phone, id) was the dearest part of planning: numbers come in
-- no order, so each message cost a search of the whole index and a page of it in the log (measured: 3.5 µs of
-- the server's 6.3 a message, and 110 of 320 bytes of log). A day that is written has instead a filter for each
-- sixteen pages, made when vacuum passes, and what it has not passed yet is read; a day that is over gets the
-- index (messages/phone_index.py).
drop index message_phone;
create index message_phone_filter on message
    using brin (phone int8_bloom_ops (n_distinct_per_range = 700, false_positive_rate = 0.01))
    with (pages_per_range = 16);

-- Ids lo ≤ id < hi of a number's messages, the newest first, at most so many. Each day answers by its filter or
-- its index: the planner, who takes a filter for useless and a young day for empty, is left no other way (`+ 0`
-- keeps it from reading a day by the primary key).
create function messages_of_number(workspace bigint, number bigint, lo bigint, hi bigint, most integer)
returns setof bigint language sql stable
set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off as $$
    select m.id from message as m
    where m.workspace_id = workspace and m.phone = number and m.id + 0 >= lo and m.id + 0 < hi
    order by m.id desc limit most
$$;
