-- What carriers tell of numbers.
select 1;
