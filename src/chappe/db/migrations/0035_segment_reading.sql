-- The segments of a campaign's audience as they were when it was taken: a segment may be changed afterwards.
alter table campaign_run add column segments jsonb;
