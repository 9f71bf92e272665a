-- Empty until its room lands.
select 1;
