-- Logins: second factor, resets, single sign-on, e-mails.
select 1;
