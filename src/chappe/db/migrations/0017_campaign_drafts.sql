-- Campaigns written step by step.
select 1;
