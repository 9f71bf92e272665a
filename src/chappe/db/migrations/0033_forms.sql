-- Sign-up forms.
select 1;
