-- How the segments of an approved campaign read when it was asked about; empty: not kept, as of approvals before.
alter table campaign_approval add column segments text not null default '';
