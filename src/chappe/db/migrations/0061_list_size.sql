-- How many people were on the list, by day: what was counted last on it.
alter table day_event drop constraint day_event_kind_check;
alter table day_event add constraint day_event_kind_check check (kind in ('join', 'opt_out', 'reply', 'people'));
