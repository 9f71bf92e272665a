-- What reading segments needs.
select 1;
