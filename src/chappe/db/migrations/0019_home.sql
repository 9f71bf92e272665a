-- Figures by day for the home page; the first run.
select 1;
