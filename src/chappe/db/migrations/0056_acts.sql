-- Reports also tell when people acted: the key is the beginning of ten minutes, in seconds of the Unix epoch.
alter table run_breakdown drop constraint run_breakdown_kind_check;
alter table run_breakdown add check (kind in ('country', 'carrier', 'hour', 'audience', 'click_within', 'reply_within',
    'acted_at'));
-- What was counted before does not tell it: it is counted again.
update run_reported set mark = '';
